import { expect, test } from 'vitest'
import type { Line } from './decode'
import { Floors } from './floors'

function line(lane: number, rank: number, seq: number): Line {
  return { fields: [], lane, rank, seq, priority: rank }
}

/** [lane, from above (rank, seq), up to rank] */
function ranges(floors: Floors, lanes: number[]): unknown[] {
  return JSON.parse(floors.toJson(lanes)).map((range: Record<string, number>) => Object.values(range))
}

test('a lane that nothing is known of is looked at as a whole: there is no range for it', () => {
  expect(ranges(new Floors(), [1, 2])).toEqual([])
})

test('each rank begins behind the last job claimed of it, and what lies between ranks is looked at', () => {
  const floors = new Floors()
  floors.lift([line(1, 10, 7), line(1, 10, 9), line(1, -5, 4), line(2, 10, 3)])
  expect(ranges(floors, [1])).toEqual([
    [1, -32_770, 0, -6],
    [1, -5, 4, 9],
    [1, 10, 9, 32_767],
  ])
  expect(ranges(floors, [2])).toEqual([
    [2, -32_770, 0, 9],
    [2, 10, 3, 32_767],
  ])
})

test('a floor never sinks by a later claim of an earlier job', () => {
  const floors = new Floors()
  floors.lift([line(1, 10, 9)])
  floors.lift([line(1, 10, 5)])
  expect(ranges(floors, [1])[1]).toEqual([1, 10, 9, 32_767])
})

test('recovered jobs leave no floor', () => {
  const floors = new Floors()
  floors.lift([line(1, -32_769, 9)])
  expect(ranges(floors, [1])).toEqual([])
})

test('all floors go once a second, less often where looking below them is dear', () => {
  const floors = new Floors()
  expect(floors.resetIfOld(10_000)).toBe(true)
  floors.lift([line(1, 10, 9)])
  expect(floors.resetIfOld(10_900)).toBe(false)
  expect(floors.resetIfOld(11_000)).toBe(true)
  expect(ranges(floors, [1])).toEqual([])
  floors.took(200)
  expect(floors.resetIfOld(14_900)).toBe(false)
  expect(floors.resetIfOld(15_000)).toBe(true)
})
