import type { Fence } from './claimer'

/** Who holds locks: somebody by a name, for `ttl` ms at a time, or a job's run, for as long as it lasts. */
export type LockHolder = { readonly owner: string; readonly ttl: number } | { readonly run: Fence }

/** One call for locks: all of its keys or none. */
export interface Acquisition {
  /** A uuid made by the client: asked for again under it, it is the same acquisition. */
  readonly id: string
  /** 1 to 1,000 different ones. */
  readonly keys: readonly string[]
  readonly holder: LockHolder
}

/** A lock in somebody's hands. */
export interface HeldLock {
  readonly key: string
  /** Grows with every new owner of the key, whatever was lost meanwhile: at least the server's time in microseconds. */
  readonly fence: number
  /** null: held by a job's run, for as long as that lasts. */
  readonly expiresAt: number | null
}

export interface LockRecord extends HeldLock {
  readonly owner: string
}

export type AcquireReply =
  /** All that the owner holds now, by key. */
  | { readonly outcome: 'acquired'; readonly locks: readonly HeldLock[] }
  /** Another owner has one of the keys; nothing changed. */
  | { readonly outcome: 'held' }
  /** The run that asked is no longer its worker's; nothing changed. */
  | { readonly outcome: 'lost' }

export interface LockFilter {
  /** Of this owner only. */
  readonly owner?: string
  /** Of these keys only. */
  readonly keys?: readonly string[]
  /** 1 to 1,000. */
  readonly limit: number
  /** The last key of the page before. */
  readonly after?: string
}

/**
 * Named resources, each in the hands of one owner. An owner may hold a key by several acquisitions, and loses it with the
 * last of them. Locks of runs end with the run, in the step that ends it; those of others at their `ttl`.
 *
 * A job with locks of its own (`NewJob.locks`) joins the lines of all its keys in the claim that first meets it, ordered by
 * (priority, due time, order of joining) over all queues. It is claimed if it stands first in each of them and nobody
 * holds any of the keys; else it is `blocked`, and no claim looks at it. When its turn comes it is queued again, ahead of
 * what else waits in its queue. A run takes its job's locks as it is claimed, also as reserved, and leaves their lines.
 *
 * A job that goes back unrun (released with `ranFor` null, or recovered as only reserved) gives its locks up and has its turn again:
 * it is queued at its own place, and stands in the lines of its locks before all of its priority and due time.
 */
export interface Locks {
  acquire(acquisition: Acquisition): Promise<AcquireReply>
  /** Gives up what this acquisition holds; of these keys only, where they are given. Answers how many keys it held. */
  release(acquisition: string, keys?: readonly string[]): Promise<number>
  /** Holds on for another `ttl` ms. Answers the keys that the acquisition still holds. */
  extend(acquisition: string, ttl: number): Promise<readonly string[]>
  /** By key, without those that have expired. */
  list(filter: LockFilter): Promise<readonly LockRecord[]>
  /**
   * Takes locks away from owners by name, whoever they are; those of runs end with their run. Answers the keys taken, in the
   * order given.
   */
  seize(keys: readonly string[]): Promise<readonly string[]>
}

const RUN = 'job:'

/** The owner that a job's run is. */
export function ownerOfRun({ id, run }: Pick<Fence, 'id' | 'run'>): string {
  return `${RUN}${id}:${run}`
}

/** Whether an owner's name is that of a run. */
export function isRunOwner(owner: string): boolean {
  return owner.startsWith(RUN)
}
