import { compile } from './inline.mjs'
import { loadModule, pick } from './load.mjs'
import { KNOWN_SIZE } from './protocol.mjs'
import { taskHandler } from './tasks.mjs'

/** @import { Single, WireFunction } from '../src/wire' */
/** @typedef {(...args: unknown[]) => unknown} AnyFunction */

/**
 * @typedef {object} Known a function that the pool has told of
 * @property {WireFunction} definition
 * @property {boolean} isTask
 * @property {AnyFunction | Promise<AnyFunction> | undefined} made
 */

/** In the order in which they were told of. @type {Map<number, Known>} */
const functions = new Map()

/**
 * What is known of a call's function. Keeps the definition if the call brings it: later ones name the function only.
 * @param {Single[2]} fn
 * @returns {Known}
 */
export function learn(fn) {
  if (typeof fn === 'number') return /** @type {Known} */ (functions.get(fn))
  const id = fn[0]
  const known = functions.get(id) ?? { definition: fn, isTask: fn[1] === 'task', made: undefined }
  functions.delete(id)
  functions.set(id, known)
  if (functions.size > KNOWN_SIZE) functions.delete(/** @type {number} */ (functions.keys().next().value))
  return known
}

/**
 * The function itself; a module's is a promise until it is loaded.
 * @param {Known} known
 * @returns {AnyFunction | Promise<AnyFunction>}
 */
export function functionOf(known) {
  if (known.made !== undefined) return known.made
  const made = make(known.definition)
  known.made = made
  if (made instanceof Promise) {
    made.then(
      (fn) => {
        known.made = fn
      },
      // The next call tries again: a module may have needed what was not there yet.
      () => {
        known.made = undefined
      },
    )
  }
  return made
}

/**
 * @param {WireFunction} reference
 * @returns {AnyFunction | Promise<AnyFunction>}
 */
function make([, kind, text, name]) {
  if (kind === 'inline') return compile(text, name)
  return kind === 'task' ? /** @type {Promise<AnyFunction>} */ (taskHandler(text, name)) : fromModule(text, name)
}

/**
 * @param {string} url
 * @param {string} name
 */
async function fromModule(url, name) {
  const module = await loadModule(url)
  const fn = pick(module, name)
  if (typeof fn === 'function') return /** @type {AnyFunction} */ (fn)
  const error = new Error(
    `there is no exported function ${JSON.stringify(name)}; the module exports ${Object.keys(module).join(', ') || 'nothing'}`,
  )
  throw Object.assign(error, { code: 'JOBS_SYNC_MODULE', module: url, function: name })
}
