import type { JobState, Keep, LockRequest, ScheduleRecord, UniqueRule } from '@jobs-worker/core/store'

/** States as stored: a reserved job shows as queued. */
export type StoredState = JobState | 'reserved'

/** A worker's hand on a job. */
export interface Hold {
  readonly instance: string
  readonly claim: string
  /** The worker's id. */
  readonly worker: string
}

/** Keys that were acquired together; an owner may have a key by several. */
export interface Acquired {
  /** Of a run, the first is its claim, which took the locks of the job. */
  readonly id: string
  readonly keys: readonly string[]
  /** Only of those who hold by a name. */
  readonly until?: number
}

/** Keys that some change has left: others may be waiting for them, and nobody has looked yet. */
export interface Offer {
  readonly keys: readonly string[]
  readonly by: string
  readonly at: number
}

/**
 * Who holds locks: a job while it runs, or an owner by name. They stand in one collection, because one unique index over the
 * keys of all that say `held` is what makes a lock a lock: saying it takes all of a document's keys in one step, or none.
 */
export interface Holder {
  readonly _id: string
  /** Never empty. */
  readonly keys?: readonly string[]
  readonly held?: true
  /** Of a job that runs: only where its run has acquired something itself. */
  readonly acquired?: readonly Acquired[]
  /** Drawn when somebody first asks for them. */
  readonly fences?: readonly (readonly [key: string, fence: number])[]
  readonly offer?: Offer
}

/**
 * A job as it is stored. What has its usual value is left out. Instants are milliseconds since 1970, and so are
 * durations; headers, settings and errors are JSON.
 */
export interface JobDocument extends Holder {
  /** Grows with every change: a change is made to the version it was thought out for, or not at all. */
  readonly v: number
  readonly queue: string
  readonly lane: string
  readonly task: string
  readonly priority: number
  /** The priority, or before all of them. */
  readonly rank: number
  /** The order of becoming due: microseconds of the server's clock, no two of one store object equal. */
  readonly order: number
  readonly state: StoredState
  readonly input?: string
  readonly headers?: string
  readonly created: number
  readonly due: number
  readonly started?: number
  /** When it ended, in microseconds of the server's clock. */
  readonly ended?: number
  readonly expires?: Date
  readonly run: number
  readonly attempt: number
  readonly max?: number
  readonly postpones?: number
  readonly progress?: string
  readonly meta?: string
  readonly result?: string
  readonly errors?: readonly string[]
  /** What `unique` asked for. */
  readonly rule?: Omit<UniqueRule, 'onConflict'>
  /** What the unique index knows its key by, while the job holds it. */
  readonly holds?: string
  /** The end of the key's window. */
  readonly until?: number
  /** `keys` are theirs, and while it runs those that its run holds. */
  readonly locks?: readonly LockRequest[]
  /** Its place in the lines of its keys, by the order of joining, while it stands in them. */
  readonly joined?: number
  /** The same, where a turn of it has passed on: it stands there again when a claim meets it. */
  readonly passed?: number
  /** Since when it is its turn. */
  readonly turn?: number
  readonly schedule?: string
  readonly keep?: Keep
  readonly settings?: string
  readonly hold?: Hold
  /** A cancel was asked while it ran: how long it then stays, where it does not say itself. */
  readonly cancel?: Keep
  /** To leave nothing when it ends. */
  readonly removed?: true
  /** Who made the latest change. */
  readonly by?: string
}

/** How long an entry is kept, in ms: a repeated request gets its first answer. */
export const REMEMBERED = 60_000

/** What only a run needs, and no step of upkeep: a projection. */
export const WITHOUT_PAYLOAD = { input: 0, headers: 0, settings: 0, result: 0 } as const

/** How many jobs more or less there are of each kind in a queue. `ready` are all that are in line, reserved or running. */
export interface Tally {
  readonly queue: string
  readonly ready: number
  readonly blocked: number
  readonly scheduled: number
  readonly completed: number
  readonly failed: number
  readonly cancelled: number
}

/** The verdicts of an exchange's parts. */
export interface Verdicts {
  readonly settled: readonly boolean[]
  readonly started: readonly boolean[]
  readonly reported: readonly boolean[]
}

/**
 * What stands among the jobs but is none: that a request was begun, what it answered and what it changed. Among the jobs,
 * because one insert can then store a request's jobs and their count together.
 */
export interface EntryDocument {
  readonly _id: string
  /** When nobody asks for it any more. */
  readonly forget: Date
  /** Set until its tallies are in the totals: when it was made. */
  readonly open?: number
  readonly tallies?: readonly Tally[]
  /** Of an enqueue with unique keys. */
  readonly outcomes?: readonly { readonly id: string; readonly outcome: string }[]
  /** Of an exchange. */
  readonly verdicts?: Verdicts
  /** Of an exchange: it has claimed what it could. */
  readonly done?: boolean
  /** Of an exchange: whether its worker was. */
  readonly registered?: boolean
}

/** Somebody who holds locks by a name. */
export interface OwnerDocument extends Holder {
  /** Grows with every change, as a job's `v`; jobs are known by theirs. */
  readonly version: number
  readonly owner: string
  /** The first end of one of its acquisitions. */
  readonly ends?: number
  /** Only where it holds nothing any more. */
  readonly forget?: Date
}

/** A queue that was ever used or paused. The one without a name says until when somebody watches. */
export interface QueueDocument {
  readonly _id: string
  readonly paused?: boolean
  readonly lanes?: readonly string[]
  /** A process may have died between a change and its count. */
  readonly suspect?: boolean
  readonly watched?: number
}

/** The totals of one queue. */
export interface TotalsDocument extends Omit<Tally, 'queue'> {
  readonly _id: string
  /** Grows with every change. */
  readonly v: number
  /** Entries that are in these totals and still say that they are open. */
  readonly folded: readonly string[]
}

export interface WorkerDocument {
  /** The instance. */
  readonly _id: string
  readonly id: string
  readonly host: string
  readonly pid: number
  readonly queues: readonly string[]
  readonly lanes: readonly string[]
  readonly lease: number
  readonly leaseUntil: number
  readonly beatAt: number
}

/** A window of a unique key whose job has ended. */
export interface WindowDocument {
  readonly _id: string
  readonly job: string
  readonly until: number
  readonly forget: Date
}

export interface SignalDocument {
  readonly _id: string
  readonly forget: Date
  /** JSON. */
  readonly payload: string
}

/** A schedule as the port shows it, and what finds it. */
export interface ScheduleDocument extends Omit<ScheduleRecord, 'name' | 'createdAt'> {
  /** Its name. */
  readonly _id: string
  readonly created: number
  /** Of its definition. */
  readonly bytes: number
  /** When a scheduler should next take it: its time, or the end of another's hold. Only while it is active and has a time. */
  readonly look?: number
  /** Who took it last. */
  readonly holder?: string
}

/** The schema's version, whose turn a duty is, how many revisions of schedules there were, or the latest fencing number. */
export interface MetaDocument {
  readonly _id: string
  readonly version?: number
  readonly compatibleFrom?: number
  readonly until?: number
  readonly revision?: number
  readonly fence?: number
}
