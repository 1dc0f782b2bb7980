import { types } from 'node:util'

/** @import { WireError, WireThrown } from '../src/wire' */

const DEPTH = 8

const CLASSES = [AggregateError, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError]

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
    const errors = read(() => /** @type {{ errors?: unknown }} */ (error).errors)
    if (error instanceof AggregateError && Array.isArray(errors)) {
      encoded.errors = errors.map((each) => encodeThrown(each, depth + 1))
    }
  }
  return encoded
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
  for (const key of Object.keys(error)) {
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
