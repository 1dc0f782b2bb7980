/** The codes by which Node says that a module is TypeScript that it cannot load by itself. */
const NEEDS_TRANSFORM = new Set([
  'ERR_UNKNOWN_FILE_EXTENSION',
  'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX',
  'ERR_INVALID_TYPESCRIPT_SYNTAX',
  'ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING',
  // TypeScript sources import './other' and './other.js' where './other.ts' is meant.
  'ERR_MODULE_NOT_FOUND',
  'MODULE_NOT_FOUND',
])

/**
 * Loads a module by its URL, TypeScript on every Node: natively where that goes, else transformed.
 * @param {string} url
 * @returns {Promise<Record<string, unknown>>}
 */
export async function loadModule(url) {
  try {
    return await import(url)
  } catch (error) {
    if (!/\.[cm]?tsx?$/.test(new URL(url).pathname) || !needsTransform(error)) throw error
    const { tsImport } = await import('tsx/esm/api')
    return tsImport(url, import.meta.url)
  }
}

/** @param {unknown} error */
function needsTransform(error) {
  if (error instanceof SyntaxError) return true
  return NEEDS_TRANSFORM.has(/** @type {{ code?: string }} */ (error)?.code ?? '')
}

/**
 * A function of a loaded module; that of a CommonJS one may only be on its `module.exports`.
 * @param {Record<string, unknown>} module
 * @param {string} name
 */
export function pick(module, name) {
  const own = module[name]
  if (own !== undefined) return own
  const exported = /** @type {Record<string, unknown> | undefined} */ (module.default)
  return exported?.[name]
}
