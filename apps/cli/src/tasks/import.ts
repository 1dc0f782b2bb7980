import { pathToFileURL } from 'node:url'

let typescript: Promise<unknown> | undefined

/**
 * Imports a module of the user's. TypeScript is loaded by tsx, on every Node alike: what Node strips by itself knows no
 * enums, no paths of tsconfig.json and no import without an extension.
 */
export async function importModule(path: string): Promise<Readonly<Record<string, unknown>>> {
  if (/\.[cm]?tsx?$/.test(path)) {
    typescript ??= loadTypeScript()
    await typescript
  }
  return unwrap(await import(pathToFileURL(path).href))
}

async function loadTypeScript(): Promise<void> {
  // Both: a TypeScript file is a CommonJS module where package.json says so, or says nothing.
  const [esm, cjs] = await Promise.all([import('tsx/esm/api'), import('tsx/cjs/api')])
  cjs.register()
  esm.register()
}

/** A CommonJS module that was TypeScript has its default export one floor down. */
function unwrap(module: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const inner = module.default
  if (typeof inner === 'object' && inner !== null && '__esModule' in inner) return inner as Record<string, unknown>
  return module
}
