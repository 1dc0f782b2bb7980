import type { JobState, Keep, LockRequest } from '../../model/job'
import type { ClaimedJob, ErrorRecord, JobRecord, JobSettings, NewJob, UniqueRule } from '../port'
import { frozen } from './frozen'
import type { Heap, Slotted } from './heap'
import type { Wait } from './lines'

/** Errors kept per job: the first, and the latest of the others. */
const MAX_ERRORS = 50

/** A worker's hand on a job. */
export interface Hold {
  readonly claim: string
  readonly instance: string
  /** The worker's id. */
  readonly worker: string
  started: boolean
}

/** A job as it is kept: what a record shows, and how the store finds it. */
export interface Entry extends Slotted {
  readonly id: string
  readonly task: string
  readonly queue: string
  readonly lane: string
  readonly priority: number
  readonly createdAt: number
  readonly headers: Readonly<Record<string, string>> | null
  readonly schedule: string | null
  readonly settings: JobSettings | null
  readonly unique: UniqueRule | null
  /** null before it is placed and after it is gone. */
  state: JobState | null
  input: string | null
  dueAt: number
  startedAt: number | null
  finishedAt: number | null
  run: number
  attempt: number
  maxAttempts: number | null
  postpones: number
  progress: string | null
  meta: string | null
  result: string | null
  errors: readonly ErrorRecord[]
  locks: readonly LockRequest[]
  keep: Keep | null
  /** Its place in the queue: rank first (the priority, or before all of them), then the order of becoming due. */
  rank: number
  order: number
  /** Where it stands now. */
  heap: Heap<Entry> | null
  hold: Hold | null
  /** Its place in the lines of its locks, from the first claim that met it until its run ends or it gives up. */
  wait: Wait<Entry> | null
  /** Its run has taken locks. */
  holdsLocks: boolean
  /** A cancel was asked while it ran: how long it then stays, where it does not say itself. */
  cancel: Keep | null
  /** To leave nothing when it ends. */
  removed: boolean
  expiresAt: number
}

export function newEntry(job: NewJob, now: number): Entry {
  return {
    id: job.id,
    task: job.task,
    queue: job.queue,
    lane: job.lane,
    priority: job.priority,
    createdAt: now,
    headers: frozen(job.headers),
    schedule: job.schedule,
    settings: frozen(job.settings),
    unique: frozen(job.unique),
    state: null,
    input: job.input,
    dueAt: now,
    startedAt: null,
    finishedAt: null,
    run: 0,
    attempt: 0,
    maxAttempts: job.maxAttempts,
    postpones: 0,
    progress: null,
    meta: null,
    result: null,
    errors: [],
    locks: frozen(job.locks),
    keep: frozen(job.keep),
    rank: job.priority,
    order: 0,
    heap: null,
    slot: 0,
    hold: null,
    wait: null,
    holdsLocks: false,
    cancel: null,
    removed: false,
    expiresAt: 0,
  }
}

/** It runs, or is reserved and holds locks, which nobody else may have until its worker has settled it. */
export function mayHaveBegun({ state, holdsLocks }: Entry): boolean {
  return state === 'running' || holdsLocks
}

export function addError(entry: Entry, error: ErrorRecord): void {
  const kept = [...entry.errors, frozen(error)]
  if (kept.length > MAX_ERRORS) kept.splice(1, 1)
  entry.errors = kept
}

export function toRecord(entry: Entry): JobRecord {
  return {
    id: entry.id,
    task: entry.task,
    queue: entry.queue,
    lane: entry.lane,
    priority: entry.priority,
    state: entry.state as JobState,
    input: entry.input,
    headers: entry.headers,
    createdAt: entry.createdAt,
    dueAt: entry.dueAt,
    startedAt: entry.startedAt,
    finishedAt: entry.finishedAt,
    worker: entry.hold?.started ? entry.hold.worker : null,
    run: entry.run,
    attempt: entry.attempt,
    maxAttempts: entry.maxAttempts,
    postpones: entry.postpones,
    progress: entry.progress,
    meta: entry.meta,
    result: entry.result,
    errors: [...entry.errors],
    uniqueKey: entry.unique?.key ?? null,
    locks: entry.locks,
    schedule: entry.schedule,
    keep: entry.keep,
    settings: entry.settings,
  }
}

export function toClaimed(entry: Entry, hold: Hold): ClaimedJob {
  return { ...toRecord(entry), claim: hold.claim, reserved: !hold.started }
}
