import { InvalidError, PayloadTooLargeError } from './errors'

const encoder = new TextEncoder()

/**
 * A value as JSON text; undefined gives null (no value).
 * @throws InvalidError where it is not JSON: a function, a symbol, a BigInt, a cycle
 * @throws PayloadTooLargeError beyond `limit` bytes of UTF-8
 */
export function toJson(field: string | (() => string), value: unknown, limit: number): string | null {
  if (value === undefined) return null
  let text: string | undefined
  try {
    text = JSON.stringify(value)
  } catch (error) {
    throw new InvalidError(nameOf(field), value, `a value that JSON can hold (${(error as Error).message})`, {
      cause: error,
    })
  }
  const dropped = findDropped(value)
  if (text === undefined || dropped !== null) {
    throw new InvalidError(
      nameOf(field),
      dropped ?? value,
      'a value that JSON can hold (JSON would drop this silently)',
    )
  }
  // A UTF-16 unit takes at most three bytes: most texts need no count.
  if (text.length * 3 > limit) {
    const bytes = encoder.encode(text).length
    if (bytes > limit) throw new PayloadTooLargeError(nameOf(field), bytes, limit)
  }
  return text
}

/** A name that takes work is only made for an error. */
function nameOf(field: string | (() => string)): string {
  return typeof field === 'string' ? field : field()
}

/** A function or symbol somewhere inside; a walk of its own is several times faster than a replacer of JSON.stringify. */
function findDropped(value: unknown): unknown {
  if (typeof value === 'function' || typeof value === 'symbol') return value
  if (typeof value !== 'object' || value === null || typeof (value as { toJSON?: unknown }).toJSON === 'function')
    return null
  for (const key in value) {
    const inner = (value as Record<string, unknown>)[key]
    if (inner === null || typeof inner === 'string' || typeof inner === 'number') continue
    const dropped = findDropped(inner)
    if (dropped !== null) return dropped
  }
  return null
}

/** JSON with sorted keys: equal values give equal texts, whatever order their keys were written in. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(sorted(value)) ?? 'null'
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  if (typeof (value as { toJSON?: unknown }).toJSON === 'function') return sorted(JSON.parse(JSON.stringify(value)))
  const source = value as Record<string, unknown>
  // A null prototype keeps a key named __proto__ a key.
  const target: Record<string, unknown> = Object.create(null)
  for (const key of Object.keys(source).sort()) target[key] = sorted(source[key])
  return target
}
