import type { Enqueued, NewJob } from './records'

/** A schedule as it is given to a store. Its texts are JSON that the store does not look into. */
export interface NewSchedule {
  readonly name: string
  readonly task: string
  /** Where its jobs go. */
  readonly queue: string
  /** When it fires; the same text for the same rule. */
  readonly timing: string
  /** All else: what its jobs look like, what becomes of missed times. */
  readonly definition: string
  /** Once taken, it goes to nobody else for so many ms. */
  readonly retryDelay: number
  /** Taken where the schedule is new or its timing has changed, else what is stored stays; null: never (again). */
  readonly nextRunAt: number | null
  /** null: as it is; a new one is active. */
  readonly active: boolean | null
}

/** A schedule as a store shows it. */
export interface ScheduleRecord extends NewSchedule {
  readonly active: boolean
  /** Grows with every change that a user makes; firing is none. A later schedule of the same name begins above. */
  readonly revision: number
  /** The revision at which `nextRunAt` was last given from outside: with it and a due time a job is named. */
  readonly epoch: number
  readonly createdAt: number
  /** The latest due time that it fired for. */
  readonly lastRunAt: number | null
  /** The job of that time; where a unique key was held, the one that held it. */
  readonly lastJob: string | null
  /** How many due times it has fired for. */
  readonly runs: number
}

export interface ScheduleChange {
  /** The schedule as it was seen: where it has changed since, nothing happens. */
  readonly revision: number
  readonly active?: boolean
  readonly nextRunAt?: number | null
}

export interface SchedulePage {
  /** By name. */
  readonly schedules: readonly ScheduleRecord[]
  /** null at the end. */
  readonly cursor: string | null
}

export interface TakeReply {
  /** The store's clock. */
  readonly now: number
  readonly due: readonly ScheduleRecord[]
  /** Milliseconds until the next one that is active may be taken; 0 where that is now; null where there is none. */
  readonly nextIn: number | null
}

/** The jobs of one schedule for the due times that were decided on, and where it goes on. */
export interface Firing {
  readonly name: string
  readonly queue: string
  /** As it was taken. */
  readonly revision: number
  readonly epoch: number
  /** The stored `nextRunAt` that was decided on. */
  readonly nextRunAt: number
  /** In the order of their times; none where times are skipped. */
  readonly jobs: readonly { readonly time: number; readonly job: NewJob }[]
  readonly next: number | null
}

/**
 * stale: the schedule was changed, removed, or fired by another since it was taken; no job was made. Else what became of
 * each job; a due time whose job was made before, by one that died before it could tell, is left out.
 */
export type Fired = { readonly stale: true } | { readonly stale: false; readonly jobs: readonly Enqueued[] }

export interface FireReply {
  /** In the order of the firings. */
  readonly fired: readonly Fired[]
  readonly watched: boolean
}

/** Used by schedulers, and by whoever manages schedules. */
export interface Schedules {
  /** The store's clock, in milliseconds since 1970. */
  clock(): Promise<number>
  /** Makes it, or changes it; what it has done stays, and what was taken before is stale. Its queue counts as used. */
  upsert(schedule: NewSchedule): Promise<ScheduleRecord>
  get(name: string): Promise<ScheduleRecord | null>
  /** @param limit 1 to 1,000 */
  list(limit: number, cursor?: string): Promise<SchedulePage>
  /** false where there is none. No job of it is made any more once this has resolved. */
  remove(name: string): Promise<boolean>
  change(name: string, change: ScheduleChange): Promise<'changed' | 'stale' | 'unknown'>
  /**
   * Takes schedules that are active and due, the longest due first; no other caller gets them before their `retryDelay` has
   * passed, unless they have fired.
   * @param limit at most so many
   * @param maxBytes ends where the definitions exceed so many bytes, but never before one
   */
  take(limit: number, maxBytes: number): Promise<TakeReply>
  /**
   * For each schedule, all or nothing: makes the jobs, and moves on. However often and by how many it is asked, each due
   * time has one job. At most 1,000 firings, each of another schedule, with at most 1,000 jobs together unless it is one.
   */
  fire(firings: readonly Firing[]): Promise<FireReply>
}
