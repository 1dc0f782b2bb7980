import { describe, expect, it } from 'vitest'
import type { Missed, Timing } from './definition'
import { firstTime, MOST_MADE_UP, plan, timeAfter, upcoming } from './plan'
import { parseRule, type RuleOptions } from './rule'

const MINUTE = 60_000

function timing(rule: RuleOptions, over: Partial<Timing> = {}): Timing {
  return { rule: parseRule('test', rule), start: null, end: null, limit: null, ...over }
}

const standing = (nextRunAt: number, missed: Missed, runs = 0) => ({ nextRunAt, runs, missed, retryDelay: 5_000 })
const minutely = timing({ every: MINUTE })

describe('what is done for a schedule that is due', () => {
  it('one: the stored time, and on with the first after now, on its beat', () => {
    expect(plan(minutely, standing(1_000, 'one'), 1_000)).toEqual({ times: [1_000], next: 61_000 })
    expect(plan(minutely, standing(1_000, 'one'), 601_500)).toEqual({ times: [1_000], next: 661_000 })
  })

  it('skip: nothing for what is missed, which is a minute and a retryDelay late', () => {
    expect(plan(minutely, standing(0, 'skip'), MINUTE + 5_000)).toEqual({ times: [0], next: 2 * MINUTE })
    expect(plan(minutely, standing(0, 'skip'), MINUTE + 5_001)).toEqual({ times: [], next: 2 * MINUTE })
  })

  it('all: each time up to now', () => {
    expect(plan(minutely, standing(0, 'all'), 3 * MINUTE)).toEqual({
      times: [0, MINUTE, 2 * MINUTE, 3 * MINUTE],
      next: 4 * MINUTE,
    })
  })

  it('all: no more than a thousand, then the first after now', () => {
    const now = 5_000 * MINUTE + 7
    const { times, next } = plan(minutely, standing(0, 'all'), now)
    expect([times.length, times.at(-1), next]).toEqual([MOST_MADE_UP, 999 * MINUTE, 5_001 * MINUTE])
  })

  it('ends with its limit, its end, or the one time it has', () => {
    const limited = { ...minutely, limit: 5 }
    expect(plan(limited, standing(0, 'all', 3), 10 * MINUTE)).toEqual({ times: [0, MINUTE], next: null })
    expect(plan(limited, standing(0, 'one', 4), 0)).toEqual({ times: [0], next: null })
    expect(plan({ ...minutely, end: MINUTE }, standing(0, 'one'), 0)).toEqual({ times: [0], next: MINUTE })
    expect(plan({ ...minutely, end: MINUTE - 1 }, standing(0, 'one'), 0)).toEqual({ times: [0], next: null })
    expect(plan(timing({ at: new Date(7) }), standing(7, 'one'), 9)).toEqual({ times: [7], next: null })
  })

  it('gives a time that the rule does not match too', () => {
    const hourly = timing({ cron: '0 * * * *' })
    expect(plan(hourly, standing(17, 'one'), 20)).toEqual({ times: [17], next: 60 * MINUTE })
  })
})

describe('the first time', () => {
  it('is the first match after registration, or the start of an interval', () => {
    expect(firstTime(minutely, 500)).toBe(MINUTE + 500)
    expect(firstTime({ ...minutely, start: 10_000_000 }, 500)).toBe(10_000_000)
    expect(firstTime({ ...minutely, start: 100 }, 500)).toBe(MINUTE + 100)
    expect(firstTime(timing({ cron: '0 * * * *' }, { start: 60 * MINUTE }), 500)).toBe(60 * MINUTE)
    expect(firstTime(timing({ cron: '0 * * * *' }, { end: MINUTE }), 500)).toBeNull()
  })

  it('of what fires once is its time, also where that has passed', () => {
    expect(firstTime(timing({ at: new Date(100) }), 500)).toBe(100)
    expect(firstTime(timing({ at: new Date(100) }, { end: 99 }), 0)).toBeNull()
  })
})

it('a time after is strictly after', () => {
  expect(timeAfter(minutely, MINUTE, MINUTE)).toBe(2 * MINUTE)
})

it('upcoming times begin with the stored one, and end with the schedule', () => {
  expect(upcoming(minutely, { nextRunAt: 17, runs: 0 }, 3)).toEqual([17, MINUTE + 17, 2 * MINUTE + 17])
  expect(upcoming({ ...minutely, limit: 5 }, { nextRunAt: 17, runs: 4 }, 3)).toEqual([17])
  expect(upcoming(minutely, { nextRunAt: null, runs: 4 }, 3)).toEqual([])
})
