import { createRequire } from 'node:module'
import { join } from 'node:path'
import vm from 'node:vm'

const IMPORT = {
  filename: '[runSync]',
  // Only so does import() in a script resolve as in a module: from the working directory, with all conditions.
  importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
}

/** What transformers put into functions, beside what the language has. */
const HELPERS = {
  require: createRequire(join(process.cwd(), 'runSync.js')),
  /** esbuild and tsx keep names with it. @param {unknown} target */
  __name: (target) => target,
  /** esbuild and TypeScript wrap CommonJS modules with them. @param {any} module */
  __toESM: (module) => (module?.__esModule ? module : { ...module, default: module }),
  /** @param {any} module */
  __importStar: (module) => (module?.__esModule ? module : { ...module, default: module }),
  /** @param {any} module */
  __importDefault: (module) => (module?.__esModule ? module : { default: module }),
  /** Vite's import(). @param {string} id */
  __vite_ssr_dynamic_import__: (id) => importFromHere()(id),
}

/**
 * Makes a function of its source. `import()` in it resolves from the working directory.
 * @param {string} source an expression
 * @param {string} name
 * @returns {(...args: unknown[]) => unknown}
 */
export function compile(source, name) {
  importFromHere()
  const strict = source.startsWith('"use strict";')
  const body = strict ? source.slice('"use strict";'.length) : source
  const code = `(function (${Object.keys(HELPERS).join(', ')}) { ${strict ? '"use strict"; ' : ''}return (${body}\n) })`
  const script = new vm.Script(code, { ...IMPORT, filename: `[runSync ${name || 'anonymous'}]` })
  return script.runInThisContext()(...Object.values(HELPERS))
}

/** @type {((id: string) => Promise<unknown>) | undefined} */
let importer

/**
 * import() as in a script of ours. Node warns at its first use that the option is experimental; that is not the user's
 * concern, so the first use is ours.
 */
function importFromHere() {
  if (importer !== undefined) return importer
  const warn = process.emitWarning
  process.emitWarning = () => {}
  try {
    const made = new vm.Script('(id) => import(id)', IMPORT).runInThisContext()
    made('node:path').catch(() => {})
    importer = made
    return made
  } finally {
    process.emitWarning = warn
  }
}
