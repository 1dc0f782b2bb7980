import { type NewJob, newJobId } from '@jobs-worker/core/store'

/** A job as a client would send it. */
export function newJob(over: Partial<NewJob> = {}): NewJob {
  const queue = over.queue ?? 'default'
  return {
    id: newJobId(queue),
    task: 'task',
    queue,
    lane: 'task',
    priority: 10,
    input: '{}',
    headers: null,
    due: { delay: 0 },
    maxAttempts: 3,
    keep: null,
    settings: null,
    unique: null,
    locks: [],
    schedule: null,
    ...over,
  }
}

export function newJobs(count: number, over: Partial<NewJob> = {}): NewJob[] {
  return Array.from({ length: count }, () => newJob(over))
}
