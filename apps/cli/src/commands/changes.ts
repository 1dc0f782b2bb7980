import { FINAL_STATES, type Job, type JobFilter, type JobState, type Jobs } from '@jobs-worker/core'

/** Something that can be done to one job, or to all that a filter names. */
export interface Change {
  readonly name: string
  /** Those that a filter without states means. */
  readonly states: readonly JobState[]
  readonly done: string
  readonly help: string
  one(jobs: Jobs, id: string): Promise<Job>
  many(jobs: Jobs, filter: JobFilter): Promise<number | Readonly<Record<string, number>>>
}

export const CHANGES: readonly Change[] = [
  {
    name: 'cancel',
    states: ['scheduled', 'queued', 'blocked', 'running'],
    done: 'cancelled',
    help: 'cancel jobs; running ones are told to stop (a filter without --state means all that are alive)',
    one: (jobs, id) => jobs.cancel(id),
    many: (jobs, filter) => jobs.cancel(filter),
  },
  {
    name: 'retry',
    states: ['failed'],
    done: 'retried',
    help: 'run finished jobs again (a filter without --state means the failed ones)',
    one: (jobs, id) => jobs.retry(id),
    many: (jobs, filter) => jobs.retry(filter),
  },
  {
    name: 'promote',
    states: ['scheduled'],
    done: 'promoted',
    help: 'make scheduled jobs due now',
    one: (jobs, id) => jobs.promote(id),
    many: (jobs, filter) => jobs.promote(filter),
  },
  {
    name: 'remove',
    states: FINAL_STATES,
    done: 'removed',
    help: 'delete jobs (a filter without --state means the finished ones)',
    one: (jobs, id) => jobs.remove(id),
    many: (jobs, filter) => jobs.remove(filter),
  },
]
