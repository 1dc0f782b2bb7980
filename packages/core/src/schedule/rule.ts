import { Cron } from 'croner'
import { type Duration, parseDuration } from '../model/duration'
import { InvalidError } from '../model/errors'
import { type Calendar, type CalendarOptions, calendarPattern, parseCalendar, type TimeOfDay } from './calendar'

/** When a schedule fires: exactly one of the four. */
export interface RuleOptions {
  /** Five or six fields, names, L, #, @daily and the like, as croner reads them. */
  readonly cron?: string
  readonly calendar?: CalendarOptions
  /** At least 100 ms. */
  readonly every?: Duration
  /** Once. */
  readonly at?: Date
  /** An IANA time zone, for cron and calendar. Default 'UTC'. */
  readonly tz?: string
}

export type Rule =
  | { readonly kind: 'cron'; readonly cron: string; readonly tz: string }
  | { readonly kind: 'calendar'; readonly calendar: Calendar; readonly tz: string }
  | { readonly kind: 'every'; readonly every: number }
  | { readonly kind: 'once'; readonly at: number }

const KINDS = ['cron', 'calendar', 'every', 'at'] as const
const MIN_EVERY = 100

/**
 * Checks a rule: that it is one, and that it can fire.
 * @throws InvalidError
 */
export function parseRule(field: string, options: RuleOptions): Rule {
  const given = KINDS.filter((kind) => options[kind] !== undefined)
  if (given.length !== 1) throw new InvalidError(field, given, 'one of `cron`, `calendar`, `every`, `at`')
  const tz = options.tz ?? 'UTC'
  checkZone(`${field}.tz`, tz)
  if (options.every !== undefined) return parseEvery(`${field}.every`, options.every)
  if (options.at !== undefined) return parseOnce(`${field}.at`, options.at)
  if (options.cron !== undefined) return parseCron(`${field}.cron`, options.cron, tz)
  const rule: Rule = {
    kind: 'calendar',
    calendar: parseCalendar(`${field}.calendar`, options.calendar as CalendarOptions),
    tz,
  }
  if (nextTime(rule, Date.now(), null) === null) {
    throw new InvalidError(`${field}.calendar`, options.calendar, 'a calendar that can match')
  }
  return rule
}

function parseCron(field: string, cron: unknown, tz: string): Rule {
  if (typeof cron !== 'string') throw new InvalidError(field, cron, 'a cron pattern of five or six fields')
  const rule: Rule = { kind: 'cron', cron, tz }
  let next: number | null
  try {
    next = nextTime(rule, Date.now(), null)
  } catch (error) {
    throw new InvalidError(field, cron, `a cron pattern of five or six fields (${(error as Error).message})`, {
      cause: error,
    })
  }
  if (next === null) throw new InvalidError(field, cron, 'a cron pattern that can match')
  return rule
}

function parseEvery(field: string, value: Duration): Rule {
  const every = parseDuration(field, value)
  if (every < MIN_EVERY) throw new InvalidError(field, value, `a duration of at least ${MIN_EVERY}ms`)
  return { kind: 'every', every }
}

function parseOnce(field: string, at: unknown): Rule {
  if (!(at instanceof Date) || Number.isNaN(at.getTime())) throw new InvalidError(field, at, 'a Date')
  return { kind: 'once', at: at.getTime() }
}

function checkZone(field: string, tz: unknown): void {
  try {
    if (typeof tz !== 'string' || tz === '') throw new RangeError('not a name')
    new Intl.DateTimeFormat('en', { timeZone: tz })
  } catch (error) {
    throw new InvalidError(field, tz, "an IANA time zone like 'Europe/Zurich'", { cause: error })
  }
}

/**
 * The first time strictly after `after` (milliseconds), or null where there is none.
 * @param last the schedule's last time: gives a calendar its time of day, and an interval its beat
 */
export function nextTime(rule: Rule, after: number, last: number | null): number | null {
  if (rule.kind === 'once') return rule.at > after ? rule.at : null
  if (rule.kind === 'every') return nextBeat(rule.every, after, last)
  const pattern = rule.kind === 'cron' ? rule.cron : calendarPattern(rule.calendar, timeOfDay(last ?? after, rule.tz))
  return cronOf(pattern, rule.tz, rule.kind).nextRun(new Date(after))?.getTime() ?? null
}

const crons = new Map<string, Cron>()
const MOST_CRONS = 1_000

/** Parsed patterns: reading one takes as long as asking it. */
function cronOf(pattern: string, tz: string, kind: 'cron' | 'calendar'): Cron {
  const key = `${kind} ${tz} ${pattern}`
  let cron = crons.get(key)
  if (cron === undefined) {
    // An offset saves croner the way through Intl.
    const zone = tz === 'UTC' ? { utcOffset: 0 } : { timezone: tz }
    cron = slim(new Cron(pattern, { ...zone, paused: true, ...(kind === 'calendar' ? { domAndDow: true } : {}) }))
    if (crons.size >= MOST_CRONS) crons.clear()
    crons.set(key, cron)
  }
  return cron
}

/** What croner holds of the years of a pattern, in a field that it does not promise. */
interface Years {
  readonly _states?: { readonly pattern?: { starYear?: boolean; year?: readonly number[] } }
}

let everyYear: readonly number[] | undefined

/** Croner lists ten thousand years with each pattern, 80 KB, mostly all of them: those patterns share one list. */
function slim(cron: Cron): Cron {
  const pattern = (cron as unknown as Years)._states?.pattern
  if (pattern?.starYear && pattern.year !== undefined) {
    everyYear ??= pattern.year
    pattern.year = everyYear
  }
  return cron
}

function nextBeat(every: number, after: number, last: number | null): number {
  if (last === null || last > after) return after + every
  return last + (Math.floor((after - last) / every) + 1) * every
}

function timeOfDay(instant: number, tz: string): TimeOfDay {
  const date = new Date(instant)
  if (tz === 'UTC') return { hour: date.getUTCHours(), minute: date.getUTCMinutes() }
  const format = new Intl.DateTimeFormat('en', { timeZone: tz, hour: 'numeric', minute: 'numeric', hourCycle: 'h23' })
  const parts = Object.fromEntries(format.formatToParts(date).map(({ type, value }) => [type, Number(value)]))
  return { hour: parts.hour as number, minute: parts.minute as number }
}
