import type { ClaimedJob } from './records'

export const HINT_TYPES = [
  'enqueued',
  'started',
  'progress',
  'retrying',
  'postponed',
  'completed',
  'failed',
  'cancelled',
] as const

export type HintType = (typeof HINT_TYPES)[number]

/** Something happened to a job; the job itself is the truth. */
export interface Hint {
  readonly type: HintType
  readonly id: string
  readonly task: string
  readonly queue: string
  /** JSON text, with `progress`; left out where it is too long for the channel. */
  readonly data?: string
}

export type Signal =
  /** Jobs may be due; null: in any queue (also after a reconnect). */
  | { readonly kind: 'wake'; readonly queues: readonly string[] | null }
  /** Jobs that were claimed for a worker that waits: see `Claim`. */
  | { readonly kind: 'handed'; readonly instance: string; readonly jobs: readonly ClaimedJob[] }
  /** A pause or resume of this queue. */
  | { readonly kind: 'paused' | 'resumed'; readonly queue: string }
  /** Locks held by name were given up. */
  | { readonly kind: 'unlocked' }
  /** A cancel was asked for some running job: beat now. */
  | { readonly kind: 'cancel' }
  /** `origin` is what the publisher gave, so that it knows its own. */
  | { readonly kind: 'hints'; readonly origin: string; readonly hints: readonly Hint[] }

/** Wake-ups and events between processes. All of it may be lost; polling and the states are the truth. */
export interface Signals {
  /**
   * Calls `listener` for every signal, also for those that this store object causes. Resolves, to the way of ending it,
   * when signals sent from now on are heard.
   */
  subscribe(listener: (signal: Signal) => void): Promise<() => Promise<void>>
  /** Lets replies say `watched` for the next `ttl` ms. */
  watch(ttl: number): Promise<void>
  publish(origin: string, hints: readonly Hint[]): Promise<void>
}
