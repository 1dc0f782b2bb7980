import type { EnqueueOptions } from '../model/client'
import { type Duration, parseDuration } from '../model/duration'
import { InvalidError } from '../model/errors'
import { checkBoolean, checkInteger, checkKnown } from '../model/names'
import type { AnyTask, Task } from '../model/task'
import { MISSED, type Missed, type Timing } from './definition'
import { parseRule, type RuleOptions } from './rule'

/** What every job of a schedule is enqueued with. */
export type ScheduledJobOptions = Omit<EnqueueOptions, 'delay' | 'at' | 'tx'>

/** When a schedule fires, and what becomes of its times. */
export interface TimingOptions extends RuleOptions {
  /** Not before this time; an interval begins with it. */
  readonly start?: Date
  /** Not after this time. */
  readonly end?: Date
  /** At most so many due times in all, from 1. Default: no limit. */
  readonly limit?: number
  /** Each job is due at random up to this much after its time. Default: none. */
  readonly jitter?: Duration
  /**
   * What becomes of times that no scheduler came to: 'one' job for the first of them, none ('skip', where a minute has
   * passed), or 'all', up to a thousand. Default 'one'.
   */
  readonly missed?: Missed
  /** Where a scheduler took it and made no job, it goes to another after this. Default '5s', 100ms to 1h. */
  readonly retryDelay?: Duration
  /** The first time, which fires whether or not the rule matches it. Taken where the schedule is new or its rule changes. */
  readonly nextRunAt?: Date
  /** false: stored, and not fired. Default: a new one is active, another as it is. */
  readonly active?: boolean
  readonly options?: ScheduledJobOptions
}

/** The input may be left out where undefined is one. */
export type ScheduleOptions<Input = unknown, Parsed = Input, Result = unknown> = TimingOptions & {
  readonly task: Task<Input, Parsed, Result>
} & (undefined extends Input ? { readonly input?: NoInfer<Input> } : { readonly input: NoInfer<Input> })

/** A schedule of a task that another process has. */
export interface NamedScheduleOptions extends TimingOptions {
  readonly task: string
  readonly input?: unknown
}

export type AnyScheduleOptions = TimingOptions & { readonly task: AnyTask | string; readonly input?: unknown }

const FIELDS = [
  ...['task', 'input', 'options', 'cron', 'calendar', 'every', 'at', 'tz', 'start', 'end', 'limit', 'jitter'],
  ...['missed', 'retryDelay', 'nextRunAt', 'active'],
] as const

const HOUR = 3_600_000

export interface ParsedTiming {
  readonly timing: Timing
  readonly missed: Missed
  readonly jitter: number
  readonly retryDelay: number
  readonly nextRunAt: number | null
}

/** @throws InvalidError */
export function parseTiming(field: string, options: AnyScheduleOptions): ParsedTiming {
  checkKnown(field, options, FIELDS)
  for (const name of ['delay', 'at', 'tx'] as const) {
    const given = (options.options as EnqueueOptions | undefined)?.[name]
    if (given !== undefined)
      throw new InvalidError(`${field}.options.${name}`, given, 'no such option: the rule says when')
  }
  if (options.active !== undefined) checkBoolean(`${field}.active`, options.active)
  const start = parseInstant(`${field}.start`, options.start)
  const end = parseInstant(`${field}.end`, options.end)
  if (start !== null && end !== null && end < start) {
    throw new InvalidError(`${field}.end`, options.end, `a time not before start (${new Date(start).toISOString()})`)
  }
  return {
    timing: {
      rule: parseRule(field, options),
      start,
      end,
      limit:
        options.limit === undefined ? null : checkInteger(`${field}.limit`, options.limit, 1, Number.MAX_SAFE_INTEGER),
    },
    missed: parseMissed(`${field}.missed`, options.missed),
    jitter: parseDuration(`${field}.jitter`, options.jitter ?? 0),
    retryDelay: parseRetryDelay(`${field}.retryDelay`, options.retryDelay ?? '5s'),
    nextRunAt: parseInstant(`${field}.nextRunAt`, options.nextRunAt),
  }
}

function parseInstant(field: string, value: unknown): number | null {
  if (value === undefined) return null
  if (!(value instanceof Date) || Number.isNaN(value.getTime())) throw new InvalidError(field, value, 'a Date')
  return value.getTime()
}

function parseMissed(field: string, missed: Missed = 'one'): Missed {
  if (!MISSED.includes(missed)) throw new InvalidError(field, missed, "'one', 'skip' or 'all'")
  return missed
}

function parseRetryDelay(field: string, value: Duration): number {
  const ms = parseDuration(field, value)
  if (ms < 100 || ms > HOUR) throw new InvalidError(field, value, 'a duration from 100ms to 1h')
  return ms
}
