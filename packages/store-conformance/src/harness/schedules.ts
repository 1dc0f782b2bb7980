import type { Job, Jobs } from '@jobs-worker/core'
import {
  type Firing,
  type NewJob,
  type NewSchedule,
  newJobId,
  type ScheduleRecord,
  type Store,
} from '@jobs-worker/core/store'
import { newJob } from './jobs'

/** A schedule as a client would register it, not due. */
export function newSchedule(over: Partial<NewSchedule> = {}): NewSchedule {
  return {
    name: 'schedule',
    task: 'task',
    queue: 'default',
    timing: '{"every":1000}',
    definition: '{}',
    retryDelay: 5_000,
    nextRunAt: null,
    active: null,
    ...over,
  }
}

/** What a scheduler decides that has taken this one: a job for its time, and on in a minute. */
export function firing(schedule: ScheduleRecord, job: Partial<NewJob> = {}): Firing {
  const { name, queue, revision, epoch } = schedule
  const time = schedule.nextRunAt as number
  const made = newJob({ id: newJobId(queue), queue, task: schedule.task, due: { at: time }, schedule: name, ...job })
  return { name, queue, revision, epoch, nextRunAt: time, jobs: [{ time, job: made }], next: time + 60_000 }
}

/** The schedule, which must be there. */
export async function theSchedule(store: Store, name = 'schedule'): Promise<ScheduleRecord> {
  const schedule = await store.schedules.get(name)
  if (schedule === null) throw new Error(`schedule ${name} is not there`)
  return schedule
}

/** All jobs of a schedule, by their due times. */
export async function jobsOf(jobs: Jobs, schedule: string): Promise<readonly Job[]> {
  const all: Job[] = []
  let cursor: string | null | undefined
  while (cursor !== null) {
    const page = await jobs.list({ limit: 1_000, ...(cursor === undefined ? {} : { cursor }) })
    all.push(...page.jobs.filter((job) => job.schedule === schedule))
    cursor = page.cursor
  }
  return all.sort((a, b) => a.dueAt.getTime() - b.dueAt.getTime())
}
