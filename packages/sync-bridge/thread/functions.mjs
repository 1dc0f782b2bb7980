import { compile } from './inline.mjs'
import { loadModule, pick } from './load.mjs'
import { taskHandler } from './tasks.mjs'

/** @import { Single, WireFunction } from '../src/wire' */
/** @typedef {(...args: unknown[]) => unknown} AnyFunction */

/** @type {Map<number, WireFunction>} */
const definitions = new Map()

/** @type {Map<number, AnyFunction | Promise<AnyFunction>>} */
const functions = new Map()

/**
 * The id of a call's function. Keeps the definition if the call brings it: later ones name the function only.
 * @param {Single[1]} fn
 */
export function learn(fn) {
  if (typeof fn === 'number') return fn
  definitions.set(fn[0], fn)
  return fn[0]
}

/** @param {number} id */
export const isTask = (id) => definitions.get(id)?.[1] === 'task'

/**
 * A function by its id; a module's is a promise until it is loaded.
 * @param {number} id
 * @returns {AnyFunction | Promise<AnyFunction>}
 */
export function functionOf(id) {
  const known = functions.get(id)
  if (known !== undefined) return known
  const made = make(/** @type {WireFunction} */ (definitions.get(id)))
  functions.set(id, made)
  if (made instanceof Promise) {
    made.then(
      (fn) => functions.set(id, fn),
      // The next call tries again: a module may have needed what was not there yet.
      () => functions.delete(id),
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
