import { createHash } from 'node:crypto'
import type { NewJob } from '@jobs-worker/core/store'
import type { JobDocument } from './documents'
import { type Moment, place } from './moves'
import { lockFields } from './standing'

/** A job on its way in, and how it is first stored: in its line, or waiting for its time. */
export interface Incoming {
  readonly job: NewJob
  readonly made: JobDocument
}

/** @param by who stores it */
export function encodeJob(job: NewJob, moment: Moment, by: string): Incoming {
  const now = moment.now()
  const { unique } = job
  const made: JobDocument = {
    _id: job.id,
    v: 0,
    queue: job.queue,
    lane: job.lane,
    task: job.task,
    priority: job.priority,
    rank: job.priority,
    order: 0,
    state: 'queued',
    created: now,
    due: now,
    run: 0,
    attempt: 0,
    by,
    ...(job.input === null ? {} : { input: job.input }),
    ...(job.headers === null ? {} : { headers: JSON.stringify(job.headers) }),
    ...(job.maxAttempts === null ? {} : { max: job.maxAttempts }),
    ...(job.keep === null ? {} : { keep: job.keep }),
    ...(job.settings === null ? {} : { settings: JSON.stringify(job.settings) }),
    ...lockFields(job.locks),
    ...(job.schedule === null ? {} : { schedule: job.schedule }),
    ...(unique === null
      ? {}
      : {
          rule: { key: unique.key, while: unique.while, window: unique.window },
          holds: keyOf(job.queue, job.task, unique.key),
          ...(unique.while === 'window' ? { until: now + (unique.window ?? 0) } : {}),
        }),
  }
  return { job, made: place(made, job.due, moment) }
}

/** What a unique key is known by, whatever its length. Names hold no NUL, so the parts cannot run into each other. */
export function keyOf(queue: string, task: string, key: string): string {
  return createHash('sha256').update(`${queue}\0${task}\0${key}`).digest('base64url')
}
