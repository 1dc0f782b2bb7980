import { InvalidError } from '../model/errors'
import { checkKnown } from '../model/names'

/** Lists of what must match, all that are given at once; an empty list counts as not given. */
export interface CalendarOptions {
  /** 0 to 59. */
  readonly minute?: readonly number[]
  /** 0 to 23. */
  readonly hour?: readonly number[]
  /** 1 to 31. */
  readonly dayOfMonth?: readonly number[]
  /** 1 to 12. */
  readonly month?: readonly number[]
  /** 0 to 6; 0 is Monday. */
  readonly dayOfWeek?: readonly number[]
}

const RANGES = { minute: [0, 59], hour: [0, 23], dayOfMonth: [1, 31], month: [1, 12], dayOfWeek: [0, 6] } as const
const FIELDS = Object.keys(RANGES) as (keyof typeof RANGES)[]

export type Calendar = { readonly [Field in keyof typeof RANGES]?: readonly number[] }

/**
 * Checks a calendar, and leaves out what is empty.
 * @throws InvalidError
 */
export function parseCalendar(field: string, options: CalendarOptions): Calendar {
  checkKnown(field, options, FIELDS)
  const calendar: { -readonly [Field in keyof Calendar]: Calendar[Field] } = {}
  for (const unit of FIELDS) {
    const [low, high] = RANGES[unit]
    const values: unknown = options[unit] ?? []
    const fits = (value: unknown) => Number.isInteger(value) && (value as number) >= low && (value as number) <= high
    if (!Array.isArray(values) || !values.every(fits)) {
      throw new InvalidError(`${field}.${unit}`, values, `a list of whole numbers from ${low} to ${high}`)
    }
    if (values.length > 0) calendar[unit] = [...new Set<number>(values)].sort((a, b) => a - b)
  }
  if (Object.keys(calendar).length === 0) throw new InvalidError(field, options, 'at least one list that is not empty')
  return calendar
}

/** Hour and minute of an instant, as a clock on the wall of its zone shows them. */
export interface TimeOfDay {
  readonly hour: number
  readonly minute: number
}

/**
 * The calendar as a cron pattern of six fields, in which both kinds of day must match. What is finer than the finest list is
 * 0; where only months and days of the week are given, the time of day is that of the reference, and a month alone means
 * its first day.
 */
export function calendarPattern(calendar: Calendar, reference: TimeOfDay): string {
  const { minute, hour, dayOfMonth, month, dayOfWeek } = calendar
  const timed = minute !== undefined || hour !== undefined || dayOfMonth !== undefined
  const every = '*'
  const minutes = minute?.join() ?? (timed ? 0 : reference.minute)
  const hours = hour?.join() ?? (timed ? (minute === undefined ? 0 : every) : reference.hour)
  const days = dayOfMonth?.join() ?? (!timed && dayOfWeek === undefined ? 1 : every)
  // Cron's week begins on Sunday.
  const weekdays = dayOfWeek?.map((day) => (day + 1) % 7).join() ?? every
  return `0 ${minutes} ${hours} ${days} ${month?.join() ?? every} ${weekdays}`
}
