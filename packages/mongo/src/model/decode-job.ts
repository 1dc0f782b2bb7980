import type { ClaimedJob, ErrorRecord, JobRecord, JobState } from '@jobs-worker/core/store'
import type { JobDocument, StoredState } from './documents'

export function toRecord(job: JobDocument): JobRecord {
  return {
    id: job._id,
    task: job.task,
    queue: job.queue,
    lane: job.lane,
    priority: job.priority,
    state: shown(job.state),
    input: job.input ?? null,
    headers: parse(job.headers),
    createdAt: job.created,
    dueAt: job.due,
    startedAt: job.started ?? null,
    finishedAt: job.ended === undefined ? null : Math.floor(job.ended / 1_000),
    worker: job.state === 'running' ? (job.hold?.worker ?? null) : null,
    run: job.run,
    attempt: job.attempt,
    maxAttempts: job.max ?? null,
    postpones: job.postpones ?? 0,
    progress: job.progress ?? null,
    meta: job.meta ?? null,
    result: job.result ?? null,
    errors: (job.errors ?? []).map((error) => JSON.parse(error) as ErrorRecord),
    uniqueKey: job.rule?.key ?? null,
    locks: job.locks ?? [],
    schedule: job.schedule ?? null,
    keep: job.keep ?? null,
    settings: parse(job.settings),
  }
}

export function toClaimed(job: JobDocument): ClaimedJob {
  return Object.assign(toRecord(job), { claim: job.hold?.claim ?? '', reserved: job.state === 'reserved' })
}

/** A reserved job shows as queued. */
export function shown(state: StoredState): JobState {
  return state === 'reserved' ? 'queued' : state
}

function parse<T>(text: string | undefined): T | null {
  return text === undefined ? null : (JSON.parse(text) as T)
}
