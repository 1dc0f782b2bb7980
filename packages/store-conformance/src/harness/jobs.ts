import { type ErrorRecord, type NewJob, newJobId, type UniqueRule } from '@jobs-worker/core/store'

/** A job as a client would send it; its lane is its task's name. */
export function newJob(over: Partial<NewJob> = {}): NewJob {
  const task = over.task ?? 'task'
  const queue = over.queue ?? 'default'
  return {
    id: newJobId(queue),
    task,
    queue,
    lane: task,
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

export function uniqueRule(key: string, over: Partial<UniqueRule> = {}): UniqueRule {
  return { key, while: 'alive', window: null, onConflict: 'return', ...over }
}

export function errorRecord(over: Partial<ErrorRecord> = {}): ErrorRecord {
  return { name: 'Error', message: 'boom', stack: null, code: null, cause: null, attempt: 1, time: 0, ...over }
}

export function ids(jobs: readonly { readonly id: string }[]): string[] {
  return jobs.map((job) => job.id)
}
