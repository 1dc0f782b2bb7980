import { expect, it } from 'vitest'
import { derivedJobId, isJobId, newJobId, queueHash, queueHashOf } from './id'

it('makes uuids v7 that hold the time and their queue', () => {
  const now = Date.now()
  const ids = Array.from({ length: 10_000 }, () => newJobId('billing', now))
  expect(new Set(ids).size).toBe(10_000)
  for (const id of ids) {
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)).toBe(now)
    expect(queueHashOf(id)).toBe(queueHash('billing'))
    expect(isJobId(id)).toBe(true)
  }
  expect(isJobId('1')).toBe(false)
  expect(isJobId(null)).toBe(false)
})

it('makes ids in order, within a millisecond too', () => {
  const now = Date.now()
  for (const time of [now, now + 1]) {
    const ids = Array.from({ length: 2_000 }, () => newJobId('billing', time))
    expect([...ids].sort()).toEqual(ids)
  }
})

it('derives an id of the same shape, which is the same whoever makes it', () => {
  const id = derivedJobId('billing', 'nightly 1', 1_763_800_000_000)
  expect(id).toBe(derivedJobId('billing', 'nightly 1', 1_763_800_000_000))
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  expect(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)).toBe(1_763_800_000_000)
  expect(queueHashOf(id)).toBe(queueHash('billing'))
  const others = Array.from({ length: 10_000 }, (_, i) => derivedJobId('billing', `nightly ${i}`, 0))
  expect(new Set(others).size).toBe(10_000)
})
