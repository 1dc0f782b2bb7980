import { describe, expect, it } from 'vitest'
import { InvalidError } from '../model/errors'
import type { CalendarOptions } from './calendar'
import { nextTime, parseRule, type RuleOptions } from './rule'

const utc = (text: string) => Date.parse(`${text}Z`)

function times(options: RuleOptions, from: string, count: number): string[] {
  const rule = parseRule('test', options)
  const found: string[] = []
  for (let at = utc(from), last: number | null = null; found.length < count; ) {
    last = at = nextTime(rule, at, last ?? at) as number
    found.push(new Date(at).toISOString().slice(0, 16).replace('T', ' '))
  }
  return found
}

const next = (calendar: CalendarOptions, from: string, count = 1) => times({ calendar }, from, count)

describe('a calendar (the table of the design)', () => {
  it('minute', () => {
    expect(next({ minute: [0, 10] }, '1970-01-01T00:03')).toEqual(['1970-01-01 00:10'])
    expect(next({ minute: [0, 10] }, '1970-01-01T00:54')).toEqual(['1970-01-01 01:00'])
    expect(next({ minute: [0, 10] }, '1970-01-01T00:58')).toEqual(['1970-01-01 01:00'])
    expect(next({ minute: [0, 1] }, '2010-10-01T00:00:00')).toEqual(['2010-10-01 00:01'])
    expect(next({ minute: [0, 1] }, '2010-10-01T00:01:05')).toEqual(['2010-10-01 01:00'])
  })

  it('hour', () => {
    expect(next({ hour: [2, 13] }, '1970-01-01T00:03', 3)).toEqual([
      '1970-01-01 02:00',
      '1970-01-01 13:00',
      '1970-01-02 02:00',
    ])
  })

  it('month', () => {
    expect(next({ month: [1, 2, 5, 12] }, '1970-01-01T00:03', 3)).toEqual([
      '1970-02-01 00:03',
      '1970-05-01 00:03',
      '1970-12-01 00:03',
    ])
    expect(next({ month: [1, 2, 5, 12] }, '1970-12-27T00:03')).toEqual(['1971-01-01 00:03'])
  })

  it('dayOfWeek, 0 being Monday', () => {
    expect(next({ dayOfWeek: [0, 2, 4, 5] }, '1970-01-01T00:03', 4)).toEqual([
      '1970-01-02 00:03',
      '1970-01-03 00:03',
      '1970-01-05 00:03',
      '1970-01-07 00:03',
    ])
  })

  it('dayOfMonth', () => {
    const days = { dayOfMonth: [2, 12, 21, 30] }
    expect(next(days, '1970-01-01T00:03', 3)).toEqual(['1970-01-02 00:00', '1970-01-12 00:00', '1970-01-21 00:00'])
    expect(next(days, '1970-01-13T00:03')).toEqual(['1970-01-21 00:00'])
    expect(next(days, '1970-02-01T00:00')).toEqual(['1970-02-02 00:00'])
  })

  it('minute and dayOfMonth', () => {
    const both = { minute: [10], dayOfMonth: [1, 10, 20, 30] }
    expect(next(both, '1970-01-01T00:03', 2)).toEqual(['1970-01-01 00:10', '1970-01-01 01:10'])
    expect(next(both, '1970-01-11T00:00')).toEqual(['1970-01-20 00:10'])
    expect(next(both, '1970-01-21T00:03')).toEqual(['1970-01-30 00:10'])
  })

  it('minute, hour and dayOfMonth', () => {
    expect(next({ minute: [10], hour: [4], dayOfMonth: [1, 12, 21, 30] }, '1970-01-01T00:03', 2)).toEqual([
      '1970-01-01 04:10',
      '1970-01-12 04:10',
    ])
  })

  it('takes all that are given together, and an empty list as none', () => {
    expect(next({ dayOfMonth: [13], dayOfWeek: [4] }, '2026-01-01T00:00')).toEqual(['2026-02-13 00:00'])
    expect(next({ minute: [], hour: [2], month: [] }, '1970-01-01T00:03')).toEqual(['1970-01-01 02:00'])
    expect(next({ month: [2], dayOfMonth: [29] }, '2026-01-01T00:00')).toEqual(['2028-02-29 00:00'])
  })

  it('is strictly after the reference, in its zone, and keeps the time of day over a change of clocks', () => {
    expect(next({ hour: [2] }, '1970-01-01T02:00')).toEqual(['1970-01-02 02:00'])
    expect(times({ calendar: { hour: [2] }, tz: 'Asia/Kolkata' }, '2026-01-01T00:00', 1)).toEqual(['2026-01-01 20:30'])
    expect(times({ calendar: { dayOfWeek: [5, 6] }, tz: 'Europe/Zurich' }, '2026-03-27T11:15', 2)).toEqual([
      '2026-03-28 11:15',
      '2026-03-29 10:15',
    ])
  })

  it('has the time of day of the last time, and the day of the present', () => {
    const rule = parseRule('test', { calendar: { dayOfWeek: [0] } })
    expect(nextTime(rule, utc('2026-11-22T17:45'), utc('2026-10-05T09:30'))).toBe(utc('2026-11-23T09:30'))
  })
})

describe('cron', () => {
  it('has five or six fields, names, L, # and zones', () => {
    expect(times({ cron: '0 3 * * *', tz: 'Europe/Zurich' }, '2026-07-01T00:00', 1)).toEqual(['2026-07-01 01:00'])
    expect(times({ cron: '30 0 3 * * *' }, '2026-07-01T00:00', 1)).toEqual(['2026-07-01 03:00'])
    expect(times({ cron: '0 0 L * *' }, '2026-02-03T00:00', 1)).toEqual(['2026-02-28 00:00'])
    expect(times({ cron: '0 0 * * MON#2' }, '2026-02-01T00:00', 1)).toEqual(['2026-02-09 00:00'])
    expect(times({ cron: '0 12 * JAN-MAR FRI' }, '2026-04-01T00:00', 1)).toEqual(['2027-01-01 12:00'])
  })
})

describe('every and once', () => {
  it('keeps its beat, however late it is asked', () => {
    const rule = parseRule('test', { every: '10s' })
    expect(nextTime(rule, 5_000, null)).toBe(15_000)
    expect(nextTime(rule, 15_000, 15_000)).toBe(25_000)
    expect(nextTime(rule, 47_300, 15_000)).toBe(55_000)
  })

  it('fires once', () => {
    const rule = parseRule('test', { at: new Date(1_000) })
    expect(nextTime(rule, 999, null)).toBe(1_000)
    expect(nextTime(rule, 1_000, 1_000)).toBeNull()
  })
})

describe('refuses', () => {
  it.each([
    [{}, /expected one of `cron`, `calendar`, `every`, `at`/],
    [{ cron: '* * * * *', every: '1s' }, /expected one of/],
    [{ cron: '61 * * * *' }, /schedule\.cron: expected a cron pattern/],
    [{ cron: '0 0 31 2 *' }, /schedule\.cron: expected a cron pattern that can match/],
    [{ cron: 7 }, /schedule\.cron/],
    [{ cron: '* * * * *', tz: 'Mars/Base' }, /schedule\.tz: expected an IANA time zone/],
    [{ calendar: {} }, /schedule\.calendar: expected at least one list/],
    [{ calendar: { minute: [], hour: [] } }, /schedule\.calendar: expected at least one list/],
    [{ calendar: { minute: [60] } }, /schedule\.calendar\.minute: expected a list of whole numbers from 0 to 59/],
    [{ calendar: { dayOfWeek: [7] } }, /schedule\.calendar\.dayOfWeek/],
    [{ calendar: { day: [1] } }, /schedule\.calendar\.day: expected one of/],
    [{ calendar: { month: [2], dayOfMonth: [31] } }, /schedule\.calendar: expected a calendar that can match/],
    [{ every: 99 }, /schedule\.every: expected a duration of at least 100ms/],
    [{ at: new Date(Number.NaN) }, /schedule\.at: expected a Date/],
  ] as [RuleOptions, RegExp][])('%j', (options, message) => {
    expect(() => parseRule('schedule', options)).toThrow(InvalidError)
    expect(() => parseRule('schedule', options)).toThrow(message)
  })
})
