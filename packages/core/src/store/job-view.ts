import type { Job } from '../model/job'
import { toJobError } from './error-record'
import type { JobRecord } from './port/records'

/** A stored job as a user sees it. */
export function toJob(record: JobRecord): Job {
  return {
    id: record.id,
    task: record.task,
    queue: record.queue,
    priority: record.priority,
    state: record.state,
    input: parse(record.input, undefined),
    headers: record.headers ?? {},
    createdAt: new Date(record.createdAt),
    dueAt: new Date(record.dueAt),
    startedAt: date(record.startedAt),
    finishedAt: date(record.finishedAt),
    worker: record.worker,
    run: record.run,
    attempt: record.attempt,
    maxAttempts: record.maxAttempts ?? record.settings?.maxAttempts ?? null,
    postpones: record.postpones,
    progress: parse(record.progress, null),
    meta: parse(record.meta, {}) as Record<string, unknown>,
    result: parse(record.result, record.state === 'completed' ? undefined : null),
    errors: record.errors.map(toJobError),
    uniqueKey: record.uniqueKey,
    locks: record.locks.map((lock) => lock.key),
    schedule: record.schedule,
  }
}

/** A text that no longer parses must not keep anybody from looking at the job. */
function parse(text: string | null, absent: unknown): unknown {
  if (text === null) return absent
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function date(ms: number | null): Date | null {
  return ms === null ? null : new Date(ms)
}
