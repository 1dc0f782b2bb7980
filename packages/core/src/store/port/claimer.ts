import type { Keep, LockRequest } from '../../model/job'
import type { ClaimedJob, ErrorRecord, NewJob, RequestId } from './records'

/** The right to write of one claim of one job: everything that a claimant writes is guarded by all three. */
export interface Fence {
  readonly id: string
  readonly run: number
  readonly claim: string
}

/** A worker as the store knows it. Its lease is that of all jobs it has claimed. */
export interface WorkerInfo {
  readonly id: string
  /** A uuid of this start of the worker: two workers under one id differ here. */
  readonly instance: string
  readonly host: string
  readonly pid: number
  readonly queues: readonly string[]
  readonly lanes: readonly string[]
  readonly leaseMs: number
}

/** Who has the id that a newcomer asked for. */
export interface WorkerHolder {
  readonly instance: string
  readonly host: string
  readonly pid: number
  /** Milliseconds since its last beat, on the store's clock. */
  readonly beatAge: number
}

export type Registration = { readonly registered: true } | { readonly registered: false; readonly holder: WorkerHolder }

/** What a process that has the task knows and the enqueuer did not; stored before the first run. */
export interface Fill {
  readonly maxAttempts: number
  readonly keep: Keep | null
  readonly locks: readonly LockRequest[]
}

/** The start of a job that was reserved, or the filling of one that was claimed as started. */
export interface Start extends Fence {
  /** Milliseconds since the handler began. */
  readonly ago: number
  readonly fill?: Fill
}

/** Progress and meta of a running job; undefined leaves what is there, texts are JSON. */
export interface Report extends Fence {
  readonly progress?: string
  readonly meta?: string
}

interface Settling extends Fence {
  /**
   * Milliseconds since the handler began; null where it never did (only `release` and `cancel`). A store that has not
   * seen the start of a reserved job takes it from here, and charges the attempt as a start would have.
   */
  readonly ranFor: number | null
  readonly fill?: Fill
  /** The last values, where they were not reported yet. */
  readonly progress?: string
  readonly meta?: string
  /** Jobs to enqueue in the same step; unused so far. */
  readonly enqueue?: readonly NewJob[]
}

/**
 * How a run ended. `keep` is how long the finished job stays, in ms; 0 leaves nothing.
 * - retry: again after `delay` ms; with 0 it joins behind what is due at its priority.
 * - postpone: the same, counts as a postponement and takes back the attempt.
 * - release: back to its own place in the order at once, takes back the attempt.
 */
export type Outcome = Settling &
  (
    | { readonly kind: 'complete'; readonly result: string | null; readonly keep: number }
    | { readonly kind: 'fail'; readonly error: ErrorRecord; readonly keep: number }
    | { readonly kind: 'cancel'; readonly error?: ErrorRecord; readonly keep: number }
    | { readonly kind: 'retry'; readonly error: ErrorRecord; readonly delay: number }
    | { readonly kind: 'postpone'; readonly delay: number }
    | { readonly kind: 'release' }
  )

/** What a worker wants of one queue. */
export interface QueueClaim {
  readonly name: string
  /** At most so many jobs of this queue. */
  readonly limit: number
}

export interface Claim {
  /** A uuid of this claim. */
  readonly id: string
  /** In the order in which they are served: the first gets what it asks for, then the next. */
  readonly queues: readonly QueueClaim[]
  readonly lanes: readonly string[]
  /** So many are marked started, in claim order. */
  readonly start: number
  /**
   * So many more are marked reserved. Recovered jobs without locks and jobs unique while queued are never reserved: the
   * claim of a queue ends before the first of them that would be. Jobs that turn out to be blocked count as nothing.
   */
  readonly reserve: number
  /**
   * Of the reserved, the first so many (0 to `reserve`) may have locks; the claim of a queue ends before a job with locks
   * further on. Its locks are held from the claim on, so it should begin soon.
   * @default 0
   */
  readonly reserveLocked?: number
  /** The claim ends where the inputs exceed so many bytes, but never before one job. */
  readonly maxBytes: number
  /**
   * Where fewer were started than there is room for, the worker waits, and hears signals: instead of waking it, a store may
   * claim for it what comes next, started, and hand that over with the signal. What is lost on that way comes with its next such
   * claim, or goes back as it unregisters. Only where the claim is of one queue.
   * @default false
   */
  readonly waits?: boolean
}

export interface Exchange {
  /** The worker's instance. */
  readonly instance: string
  readonly settle: readonly Outcome[]
  readonly start: readonly Start[]
  readonly report: readonly Report[]
  readonly claim: Claim | null
}

export interface ExchangeReply {
  /** Per outcome, in order: false where the fence refused it. */
  readonly settled: readonly boolean[]
  readonly started: readonly boolean[]
  readonly reported: readonly boolean[]
  /** In claim order. */
  readonly claimed: readonly ClaimedJob[]
  /** The claim ended early although more may be due, also before a job that may not be reserved: ask again. */
  readonly more: boolean
  /** Milliseconds until the next scheduled job of any queue is due; 0 where one is due already; null where there is none. */
  readonly nextDueIn: number | null
  /** false: the worker's registration is gone, nothing was claimed. */
  readonly registered: boolean
  readonly watched: boolean
}

export interface ExtendReply {
  /** Ids of given leases that are no longer held. */
  readonly lost: readonly string[]
  /** Ids of given leases whose job is to be cancelled. */
  readonly cancelled: readonly string[]
  /** Which of the worker's queues are paused. */
  readonly paused: readonly string[]
  readonly nextDueIn: number | null
  readonly registered: boolean
  readonly watched: boolean
}

/** Used by workers. */
export interface Claimer {
  /**
   * Makes the worker known, with a lease. Where another instance has its id: answers who. With `evict` naming that
   * instance, it is expelled first: its jobs are recovered as those of a dead worker, unless it has beaten within
   * `evict.beatAge` ms.
   */
  register(worker: WorkerInfo, evict?: { readonly instance: string; readonly beatAge: number }): Promise<Registration>

  /** Takes the worker off the list. What it still holds is recovered like a dead worker's. */
  unregister(instance: string): Promise<void>

  /**
   * Settles, notes starts and reports, then claims: in that order, in as few round trips as the database allows.
   * Each outcome is fenced by itself. A repeated request gets the first answer, with those of the claimed jobs that are
   * still in this claim's hands.
   *
   * Throws StoreUnavailableError where the answer was lost; the same request may then be sent again.
   */
  exchange(request: RequestId, exchange: Exchange): Promise<ExchangeReply>

  /** The worker's beat: extends the lease of all it has claimed, and checks those given. */
  extend(instance: string, leases: readonly Fence[]): Promise<ExtendReply>
}
