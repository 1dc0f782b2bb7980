import { describe, expect, it } from 'vitest'
import { InvalidError, PayloadTooLargeError } from './errors'
import { canonicalJson, toJson } from './json'

const LIMIT = 1_000

describe('toJson', () => {
  it('gives JSON text, and null for no value', () => {
    expect(toJson('input', { a: [1, 'x', null, true] }, LIMIT)).toBe('{"a":[1,"x",null,true]}')
    expect(toJson('input', undefined, LIMIT)).toBeNull()
    expect(toJson('input', new Date(0), LIMIT)).toBe('"1970-01-01T00:00:00.000Z"')
    expect(toJson('input', 'a\0b', LIMIT)).toBe('"a\\u0000b"')
  })

  const cycle: Record<string, unknown> = {}
  cycle.self = cycle

  it.each([[() => 1], [{ deep: [{ f: () => 1 }] }], [Symbol('s')], [{ n: 5n }], [cycle]])(
    'refuses what JSON cannot hold: %o',
    (value) => {
      expect(() => toJson('task "t": input', value, LIMIT)).toThrow(InvalidError)
      expect(() => toJson('task "t": input', value, LIMIT)).toThrow(
        /^task "t": input: expected a value that JSON can hold/,
      )
    },
  )

  it('counts bytes, not characters', () => {
    expect(toJson('input', 'x'.repeat(998), LIMIT)).toHaveLength(1_000)
    expect(() => toJson('input', 'x'.repeat(999), LIMIT)).toThrow(PayloadTooLargeError)
    expect(() => toJson('input', 'é'.repeat(500), LIMIT)).toThrow(/1002 bytes are more than the limit of 1000/)
  })
})

it('canonicalJson does not depend on the order of keys', () => {
  expect(canonicalJson({ b: 1, a: { d: [1, { z: 1, y: 2 }], c: 3 } })).toBe('{"a":{"c":3,"d":[1,{"y":2,"z":1}]},"b":1}')
  expect(canonicalJson({ a: 1, b: 2 })).toBe(canonicalJson({ b: 2, a: 1 }))
  expect(canonicalJson([1, 2])).not.toBe(canonicalJson([2, 1]))
  expect(canonicalJson(undefined)).toBe('null')
})
