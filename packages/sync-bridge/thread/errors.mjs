import { AssertionError } from 'node:assert'
import { types } from 'node:util'

/** @import { WireError, WireThrown } from '../src/wire' */

const DEPTH = 8

/** The first is not in every Node, the others are names only in Node's types. @type {any} */
const { SuppressedError: Suppressed = class {}, WebAssembly: wasm } = globalThis

/** The pool has those of the same names. @type {Function[]} */
const CLASSES = [
  AggregateError,
  Suppressed,
  AssertionError,
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
  wasm.CompileError,
  wasm.LinkError,
  wasm.RuntimeError,
]

const APART = new Set(['name', 'message', 'stack', 'cause', 'errors'])

/**
 * What was thrown, as data: structured clone would lose an error's class name, code and own fields.
 * @param {unknown} thrown
 * @returns {WireThrown}
 */
export function encodeThrown(thrown, depth = 0) {
  if (isError(thrown)) return { error: encodeError(thrown, depth) }
  return { value: cloneOr(thrown, () => String(thrown)) }
}

/** @param {unknown} value @returns {value is Error} */
function isError(value) {
  return value instanceof Error || types.isNativeError(value) || value instanceof DOMException
}

/**
 * @param {Error} error
 * @param {number} depth
 * @returns {WireError}
 */
function encodeError(error, depth) {
  /** @type {WireError} */
  const encoded = {
    base: baseOf(error),
    name: read(() => String(error.name)) ?? 'Error',
    message: read(() => String(error.message)) ?? '',
    stack: read(() => (typeof error.stack === 'string' ? error.stack : null)) ?? null,
    fields: fieldsOf(error, depth),
  }
  if (depth < DEPTH) {
    if (Object.hasOwn(error, 'cause'))
      encoded.cause = encodeThrown(
        read(() => error.cause),
        depth + 1,
      )
    const errors = read(() => errorsOf(error))
    if (Array.isArray(errors)) encoded.errors = errors.map((each) => encodeThrown(each, depth + 1))
  }
  return encoded
}

/** @param {any} error */
function errorsOf(error) {
  if (error instanceof AggregateError) return error.errors
  return error instanceof Suppressed ? [error.error, error.suppressed] : undefined
}

/** @param {Error} error */
function baseOf(error) {
  if (error instanceof DOMException) return 'DOMException'
  return CLASSES.find((each) => error instanceof each)?.name ?? 'Error'
}

/**
 * @param {Error} error
 * @param {number} depth
 */
function fieldsOf(error, depth) {
  /** @type {[string, WireThrown][]} */
  const fields = []
  const code = read(() => /** @type {{ code?: unknown }} */ (error).code)
  const own = Object.keys(error)
  // The class may have it, for all its errors.
  if (typeof code === 'string' && !own.includes('code')) fields.push(['code', { value: code }])
  for (const key of own) {
    if (APART.has(key)) continue
    const value = read(() => /** @type {Record<string, unknown>} */ (/** @type {unknown} */ (error))[key])
    if (isError(value) && depth < DEPTH) fields.push([key, encodeThrown(value, depth + 1)])
    else fields.push([key, { value: cloneOr(value, () => describe(value)) }])
  }
  return fields
}

/** @param {unknown} value */
function describe(value) {
  return typeof value === 'function'
    ? `[Function ${value.name || '(anonymous)'}]`
    : Object.prototype.toString.call(value)
}

/**
 * @param {unknown} value
 * @param {() => string} other
 */
function cloneOr(value, other) {
  if (typeof value !== 'object' && typeof value !== 'function' && typeof value !== 'symbol') return value
  return read(() => structuredClone(value)) ?? (value === null ? null : (read(other) ?? 'a value that cannot be shown'))
}

/**
 * A getter of a user's error may throw.
 * @template T
 * @param {() => T} get
 * @returns {T | undefined}
 */
function read(get) {
  try {
    return get()
  } catch {
    return undefined
  }
}
