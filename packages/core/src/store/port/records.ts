import type { JobState, Keep, LockRequest } from '../../model/job'

/**
 * What crosses the port: plain data, texts and numbers. Instants are milliseconds since 1970 on the store's clock,
 * durations are milliseconds; JSON that a store does not look into crosses as text.
 */

/** Names one request of one client. A store answers a repeated one, for a minute, with the first answer. */
export interface RequestId {
  /** Unique to one client object. */
  readonly client: string
  /** Grows by one with each request of that client. */
  readonly number: number
}

/** When a job is due: a duration from the store's now, or an instant that a user gave. */
export type Due = { readonly delay: number } | { readonly at: number }

/** What `unique` asks for. Keys are scoped to (queue, task). */
export interface UniqueRule {
  readonly key: string
  /** alive: held until a final state; queued: until the first claim; window: for `window` ms, whatever the job does. */
  readonly while: 'alive' | 'queued' | 'window'
  /** Milliseconds; set where `while` is 'window'. */
  readonly window: number | null
  readonly onConflict: 'return' | 'replace' | 'throw'
}

/** Settings that came with the enqueue call and beat the task's; JSON to a store, which only carries it. */
export interface JobSettings {
  /** Only where the enqueuer did not know the task: its `maxAttempts` then stays null until the fill. */
  readonly maxAttempts?: number
  readonly retry?: unknown
  readonly postpone?: { readonly delay?: number; readonly max?: number | null }
  readonly timeout?: number | null
  readonly keep?: Partial<Keep>
}

/** A job on its way into the store. */
export interface NewJob {
  /** A uuid v7 made by the client. */
  readonly id: string
  readonly task: string
  readonly queue: string
  /** Opaque; a claim names the lanes it wants. Today the task's name. */
  readonly lane: string
  readonly priority: number
  /** JSON text; null where the job has no input. */
  readonly input: string | null
  readonly headers: Readonly<Record<string, string>> | null
  readonly due: Due
  /** null where the enqueuer does not know the task; filled at the first claim. */
  readonly maxAttempts: number | null
  /** null: whoever ends the job says how long it stays. */
  readonly keep: Keep | null
  readonly settings: JobSettings | null
  readonly unique: UniqueRule | null
  readonly locks: readonly LockRequest[]
  readonly schedule: string | null
}

/** What became of one enqueued job. `existing`, `replaced` and `conflict` carry the id of the job that has the key. */
export interface Enqueued {
  readonly id: string
  readonly outcome: 'created' | 'existing' | 'replaced' | 'conflict'
}

export interface EnqueueReply {
  /** In the order of the jobs that were sent. */
  readonly jobs: readonly Enqueued[]
  /** Somebody listens to events: publishing hints is worth it. */
  readonly watched: boolean
}

/** One error as stored; the store adds nothing and changes nothing. */
export interface ErrorRecord {
  readonly name: string
  readonly message: string
  readonly stack: string | null
  readonly code: string | number | null
  readonly cause: ErrorRecord | null
  readonly attempt: number
  /** Milliseconds since 1970; a store replaces 0 by its own now. */
  readonly time: number
}

/** A job as a store shows it. */
export interface JobRecord {
  readonly id: string
  readonly task: string
  readonly queue: string
  readonly lane: string
  readonly priority: number
  /** A reserved job (claimed, not started) is `queued`. */
  readonly state: JobState
  readonly input: string | null
  readonly headers: Readonly<Record<string, string>> | null
  readonly createdAt: number
  readonly dueAt: number
  readonly startedAt: number | null
  readonly finishedAt: number | null
  /** The worker's id (not its instance) while running, else null. */
  readonly worker: string | null
  readonly run: number
  readonly attempt: number
  readonly maxAttempts: number | null
  readonly postpones: number
  /** JSON text. */
  readonly progress: string | null
  /** JSON text of an object. */
  readonly meta: string | null
  /** JSON text; null until completed, and where the handler returned undefined. */
  readonly result: string | null
  readonly errors: readonly ErrorRecord[]
  readonly uniqueKey: string | null
  readonly locks: readonly LockRequest[]
  readonly schedule: string | null
  readonly keep: Keep | null
  readonly settings: JobSettings | null
}

/** A job in the hands of the claimant that asked. */
export interface ClaimedJob extends JobRecord {
  /** The id of the claim that took it, as the claimant gave it. */
  readonly claim: string
  /** true: prefetched, shows as `queued`, its start is still to be told. */
  readonly reserved: boolean
}
