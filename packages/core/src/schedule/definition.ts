import { canonicalJson } from '../model/json'
import type { NewJob, ScheduleRecord } from '../store/port'
import type { Rule } from './rule'

/** When a schedule fires. Instants are milliseconds since 1970. */
export interface Timing {
  readonly rule: Rule
  /** Not before. */
  readonly start: number | null
  /** Not after. */
  readonly end: number | null
  /** So many due times in all. */
  readonly limit: number | null
}

/** What becomes of times that no scheduler came to in time. */
export const MISSED = ['one', 'skip', 'all'] as const
export type Missed = (typeof MISSED)[number]

/** What all jobs of a schedule share. */
export type JobTemplate = Omit<NewJob, 'id' | 'due' | 'schedule'>

export interface Definition {
  readonly missed: Missed
  /** Each job is due up to so many ms after its time. */
  readonly jitter: number
  readonly job: JobTemplate
}

/** The same text for the same timing, whatever the order in which it was written. */
export function timingText(timing: Timing): string {
  return canonicalJson(timing)
}

export function timingOf({ timing }: Pick<ScheduleRecord, 'timing'>): Timing {
  return JSON.parse(timing) as Timing
}

export function definitionOf({ definition }: Pick<ScheduleRecord, 'definition'>): Definition {
  return JSON.parse(definition) as Definition
}
