import type { Missed, Timing } from './definition'
import { nextTime } from './rule'

/** A time is missed where no scheduler came to it for so many ms, and a `retryDelay` more. */
export const MISSED_AFTER = 60_000
/** With `missed: 'all'` at most so many times are made up for at once. */
export const MOST_MADE_UP = 1_000

/** Where a stored schedule stands. */
export interface Standing {
  readonly nextRunAt: number
  readonly runs: number
  readonly retryDelay: number
  readonly missed: Missed
}

export interface Plan {
  /** For each of these a job is made. */
  readonly times: readonly number[]
  /** null: it has ended. */
  readonly next: number | null
}

/** The first time of a schedule that was registered now. One that fires once does so even where its time has passed. */
export function firstTime(timing: Timing, now: number): number | null {
  const { rule, start, end } = timing
  const once = rule.kind === 'once' && rule.at >= (start ?? rule.at) && rule.at <= (end ?? rule.at)
  return once ? rule.at : timeAfter(timing, now, null)
}

/**
 * The first time strictly after `after`, between start and end; null where there is none.
 * @param last the schedule's last time: gives a calendar its time of day, and an interval its beat
 */
export function timeAfter({ rule, start, end }: Timing, after: number, last: number | null): number | null {
  // An interval beats from its start on.
  const next =
    rule.kind === 'every' && last === null && start !== null && start > after
      ? start
      : nextTime(rule, Math.max(after, (start ?? after + 1) - 1), last ?? start)
  return next === null || (end !== null && next > end) ? null : next
}

/** What is to be done for a schedule that is due. */
export function plan(timing: Timing, standing: Standing, now: number): Plan {
  const { missed, nextRunAt, retryDelay, runs } = standing
  const left = timing.limit === null ? Number.POSITIVE_INFINITY : timing.limit - runs
  const late = now - nextRunAt > MISSED_AFTER + retryDelay
  const times = missed === 'skip' && late ? [] : [nextRunAt].slice(0, left)
  let next = timeAfter(timing, missed === 'all' ? nextRunAt : Math.max(now, nextRunAt), nextRunAt)
  if (missed === 'all') {
    for (const most = Math.min(left, MOST_MADE_UP); next !== null && next <= now && times.length < most; ) {
      times.push(next)
      next = timeAfter(timing, next, next)
    }
    if (next !== null && next <= now) next = timeAfter(timing, now, next)
  }
  return { times, next: times.length >= left ? null : next }
}

/** The next `count` times of a schedule, its stored one first, as far as they are to be known. */
export function upcoming(
  timing: Timing,
  { nextRunAt, runs }: { readonly nextRunAt: number | null; readonly runs: number },
  count: number,
): number[] {
  const most = Math.min(count, timing.limit === null ? count : timing.limit - runs)
  const times: number[] = []
  for (let time = nextRunAt; time !== null && times.length < most; time = timeAfter(timing, time, time))
    times.push(time)
  return times
}
