import { describe, expect, it } from 'vitest'
import { revive, toErrorRecord, toJobError } from './error-record'

describe('toErrorRecord', () => {
  it('keeps name, message, stack, code, cause, attempt', () => {
    const cause = new RangeError('inner')
    const error = Object.assign(new TypeError('outer', { cause }), { code: 'E_OUTER' })
    const record = toErrorRecord(error, 2)
    expect(record).toMatchObject({ name: 'TypeError', message: 'outer', code: 'E_OUTER', attempt: 2 })
    expect(record.stack).toContain('error-record.test')
    expect(record.cause).toMatchObject({ name: 'RangeError', message: 'inner', cause: null })
  })

  it.each([
    ['a string', 'a string'],
    [null, 'null'],
    [undefined, 'undefined'],
    [42, '42'],
    [{ odd: 1 }, '{"odd":1}'],
  ])('takes whatever is thrown: %o', (thrown, message) => {
    expect(toErrorRecord(thrown, 1)).toMatchObject({ name: 'Error', message, stack: null, code: null, cause: null })
  })

  it('ends at a cycle and at the eighth cause', () => {
    const cyclic = new Error('around')
    cyclic.cause = cyclic
    expect(toErrorRecord(cyclic, 1).cause).toBeNull()
    let deep = new Error('0')
    for (let i = 1; i < 20; i++) deep = new Error(String(i), { cause: deep })
    let depth = 0
    for (
      let record: ReturnType<typeof toErrorRecord> | null = toErrorRecord(deep, 1);
      record !== null;
      record = record.cause
    )
      depth++
    expect(depth).toBe(8)
  })

  it('survives getters that throw, and texts that databases refuse', () => {
    const hostile = Object.defineProperty(new Error('a\0b\ud800'), 'code', {
      get() {
        throw new Error('no')
      },
    })
    const record = toErrorRecord(hostile, 1)
    expect(record.code).toBeNull()
    expect(record.message).toBe('a\\0b\ufffd')
    expect(toErrorRecord(new Error('x'.repeat(20_000)), 1).message).toHaveLength(10_003)
  })
})

it('comes back as an error for those who wait, and as data for those who look', () => {
  const record = {
    ...toErrorRecord(Object.assign(new Error('m', { cause: new Error('c') }), { code: 7 }), 3),
    time: 1_000,
  }
  expect(revive(record)).toMatchObject({ name: 'Error', message: 'm', code: 7, cause: { message: 'c' } })
  expect(toJobError(record)).toMatchObject({ attempt: 3, time: new Date(1_000), cause: { message: 'c' } })
})
