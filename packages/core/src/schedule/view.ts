import type { ScheduleRecord } from '../store/port'
import { definitionOf, type Missed, timingOf } from './definition'
import type { Rule, RuleOptions } from './rule'

/** A stored schedule. */
export interface Schedule {
  readonly name: string
  readonly task: string
  readonly queue: string
  readonly input: unknown
  readonly active: boolean
  /** The rule as it was given. */
  readonly rule: RuleOptions
  readonly start: Date | null
  readonly end: Date | null
  readonly limit: number | null
  /** Milliseconds. */
  readonly jitter: number
  readonly missed: Missed
  /** Milliseconds. */
  readonly retryDelay: number
  /** null: it has ended. */
  readonly nextRunAt: Date | null
  /** The latest due time that it fired for. */
  readonly lastRunAt: Date | null
  /** The id of that time's job. */
  readonly lastJob: string | null
  /** How many due times it has fired for. */
  readonly runs: number
  readonly createdAt: Date
}

export function toSchedule(record: ScheduleRecord): Schedule {
  const { rule, start, end, limit } = timingOf(record)
  const { job, missed, jitter } = definitionOf(record)
  return {
    name: record.name,
    task: record.task,
    queue: record.queue,
    input: job.input === null ? undefined : (JSON.parse(job.input) as unknown),
    active: record.active,
    rule: toOptions(rule),
    start: date(start),
    end: date(end),
    limit,
    jitter,
    missed,
    retryDelay: record.retryDelay,
    nextRunAt: date(record.nextRunAt),
    lastRunAt: date(record.lastRunAt),
    lastJob: record.lastJob,
    runs: record.runs,
    createdAt: new Date(record.createdAt),
  }
}

function toOptions(rule: Rule): RuleOptions {
  if (rule.kind === 'once') return { at: new Date(rule.at) }
  const { kind: _, ...options } = rule
  return options
}

function date(ms: number | null): Date | null {
  return ms === null ? null : new Date(ms)
}
