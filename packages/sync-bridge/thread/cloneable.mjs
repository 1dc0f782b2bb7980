import { types } from 'node:util'

const BOUND = 100

/**
 * Whether a value is certainly cloneable and small: primitives, plain objects and arrays of them, buffers. Cheap, and
 * never wrong when it says true; false only means that somebody has to look.
 * @param {unknown} value
 * @param {Set<object>} [owned] objects that other values of the same message hold: sharing one means false
 */
export function isSimple(value, owned) {
  if (typeof value !== 'object' || value === null) return typeof value !== 'function' && typeof value !== 'symbol'
  try {
    return walk(value, owned, { left: BOUND })
  } catch {
    return false
  }
}

/**
 * @param {object} value
 * @param {Set<object> | undefined} owned
 * @param {{ left: number }} budget
 * @returns {boolean}
 */
function walk(value, owned, budget) {
  if (owned !== undefined) {
    if (owned.has(value)) return false
    owned.add(value)
  }
  if (ArrayBuffer.isView(value)) return owned === undefined
  if (types.isProxy(value)) return false
  if (!Array.isArray(value) && Object.getPrototypeOf(value) !== Object.prototype) return false
  for (const key of Object.keys(value)) {
    if (--budget.left < 0) return false
    const item = /** @type {Record<string, unknown>} */ (value)[key]
    if (typeof item === 'object' && item !== null) {
      if (!walk(item, owned, budget)) return false
    } else if (typeof item === 'function' || typeof item === 'symbol') {
      return false
    }
  }
  return true
}

/**
 * Finds what cannot be cloned in a value that was refused: the path to it and what it is.
 * @param {unknown} value
 * @param {string} path
 * @param {Set<unknown>} [seen]
 * @returns {{ path: string, what: string } | null}
 */
export function findUncloneable(value, path, seen = new Set()) {
  if (clones(value) || seen.has(value)) return null
  seen.add(value)
  for (const [step, item] of childrenOf(value)) {
    const found = findUncloneable(item, path + step, seen)
    if (found !== null) return found
  }
  return { path, what: describe(value) }
}

/** @param {unknown} value */
function clones(value) {
  try {
    structuredClone(value)
    return true
  } catch {
    return false
  }
}

/**
 * @param {unknown} value
 * @returns {(readonly [string, unknown])[]}
 */
function childrenOf(value) {
  try {
    return [...children(value)]
  } catch {
    // A getter of it throws: it is the value itself that cannot be cloned.
    return []
  }
}

/**
 * @param {unknown} value
 * @returns {Iterable<readonly [string, unknown]>}
 */
function* children(value) {
  if (typeof value !== 'object' || value === null || types.isProxy(value)) return
  if (value instanceof Map) {
    for (const [key, item] of value) {
      yield [` key ${label(key)}`, key]
      yield [`.get(${label(key)})`, item]
    }
  } else if (value instanceof Set) {
    for (const item of value) yield [' item', item]
  } else {
    for (const key of Object.keys(value)) {
      yield [step(value, key), /** @type {Record<string, unknown>} */ (value)[key]]
    }
  }
}

/**
 * @param {object} value
 * @param {string} key
 */
function step(value, key) {
  if (Array.isArray(value)) return `[${key}]`
  return /^[A-Za-z_$][\w$]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`
}

/** @param {unknown} key */
function label(key) {
  return typeof key === 'string' ? JSON.stringify(key) : typeof key === 'object' ? 'an object' : String(key)
}

/** @param {unknown} value */
function describe(value) {
  if (typeof value === 'function') return value.name === '' ? 'a function' : `the function ${value.name}`
  if (typeof value === 'symbol') return String(value)
  if (types.isProxy(value)) return 'a Proxy'
  const name = value?.constructor?.name ?? 'an object'
  return name === 'Object' ? 'an object that cannot be cloned' : `${/^[AEIOU]/.test(name) ? 'an' : 'a'} ${name}`
}
