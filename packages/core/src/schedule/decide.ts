import { hash32 } from '../model/hash'
import { derivedJobId } from '../model/id'
import type { Firing, NewJob, ScheduleRecord } from '../store/port'
import { type Definition, definitionOf, timingOf } from './definition'
import { plan } from './plan'

/** What to do for a schedule that was taken: pure, so that all who decide on the same record decide the same. */
export function decide(schedule: ScheduleRecord, now: number): Firing {
  const { name, queue, revision, epoch, runs, retryDelay } = schedule
  const nextRunAt = schedule.nextRunAt as number
  const definition = definitionOf(schedule)
  const { times, next } = plan(timingOf(schedule), { nextRunAt, runs, retryDelay, missed: definition.missed }, now)
  const jobs = times.map((time) => ({ time, job: jobFor(name, epoch, definition, time) }))
  return { name, queue, revision, epoch, nextRunAt, jobs, next }
}

/** The job of one due time. Its id, and its share of the jitter, follow from the schedule and the time alone. */
function jobFor(name: string, epoch: number, { job, jitter }: Definition, time: number): NewJob {
  const seed = `${name}\0${epoch}\0${time}`
  const late = Math.floor((hash32(seed) / 2 ** 32) * (jitter + 1))
  return { ...job, id: derivedJobId(job.queue, seed, time), due: { at: time + late }, schedule: name }
}
