import { expect, it } from 'vitest'
import { Prefetch } from './prefetch'

/** Lets `count` jobs of `took` ms end, one every `gap` ms. */
function after(prefetch: Prefetch, count: number, gap: number, took: number): Prefetch {
  prefetch.busy(0)
  for (let i = 1; i <= count; i++) prefetch.ended(i * gap, took)
  return prefetch
}

it('knows nothing at first and prefetches nothing', () => {
  expect(new Prefetch(undefined, undefined).max).toBe(0)
})

it('holds at most 100 ms of expected work, and at most two thousand jobs', () => {
  expect(after(new Prefetch(undefined, undefined), 100, 1, 10).max).toBe(100)
  expect(after(new Prefetch(undefined, undefined), 100, 5, 50).max).toBe(20)
  expect(after(new Prefetch(undefined, undefined), 100, 0.001, 0.001).max).toBe(2_000)
})

it('prefetches nothing of slow jobs', () => {
  expect(after(new Prefetch(undefined, undefined), 100, 10, 101).max).toBe(0)
  expect(after(new Prefetch(undefined, undefined), 100, 60, 60).max).toBe(0)
})

it('follows a job that is suddenly slow', () => {
  const prefetch = after(new Prefetch(undefined, undefined), 1_000, 1, 1)
  expect(prefetch.max).toBe(100)
  prefetch.busy(0)
  prefetch.ended(1_000, 1_000)
  expect(prefetch.max).toBe(0)
})

it('obeys fixed bounds', () => {
  const prefetch = new Prefetch(2, 10)
  expect([prefetch.min, prefetch.max]).toEqual([2, 10])
})

it('holds at most 10 ms of expected work with locks, within the fixed bounds', () => {
  expect(after(new Prefetch(undefined, undefined), 100, 1, 10).maxLocked(100, true)).toBe(10)
  expect(after(new Prefetch(undefined, undefined), 100, 5, 50).maxLocked(500, true)).toBe(2)
  expect(after(new Prefetch(undefined, undefined), 100, 6, 60).maxLocked(600, true)).toBe(0)
  expect(after(new Prefetch(undefined, 3), 100, 1, 10).maxLocked(100, true)).toBe(3)
  expect(after(new Prefetch(undefined, 0), 100, 1, 10).maxLocked(100, true)).toBe(0)
})

it('holds nothing with locks while all slots are taken and nothing ends', () => {
  const prefetch = after(new Prefetch(undefined, undefined), 100, 1, 1)
  expect(prefetch.maxLocked(104, true)).toBe(2)
  expect(prefetch.maxLocked(106, true)).toBe(0)
  expect(prefetch.maxLocked(1_000, false)).toBe(10)
})
