import type { Duration } from './duration'

/** A named resource in an owner's hands. */
export interface Lock {
  readonly key: string
  /** Larger than that of every earlier owner of the key: what guards a resource by it can refuse those. */
  readonly fence: number
  /**
   * Gives this one up before the others of its set.
   * @returns false, and nothing changes, where it is not the set's own: another call of the owner acquired it
   */
  release(): Promise<boolean>
}

/**
 * What an owner holds, by key. Releasing it frees what its own call acquired, and nothing that another call of the same
 * owner still needs. At the end of `await using` it is released.
 */
export interface LockSet extends Iterable<Lock>, AsyncDisposable {
  readonly owner: string
  readonly size: number
  /** Aborts, with LockLostError, when one of the set's own locks was lost: its time is over, or somebody took it away. */
  readonly signal: AbortSignal
  get(key: string): Lock | undefined
  /** Holds the set's own locks for another `ttl` from now, as happens by itself while the process lives. */
  extend(): Promise<void>
  release(): Promise<void>
}

export interface WaitOptions {
  /** How long to wait for the locks. Default: not at all. */
  readonly wait?: Duration
  /** Ends the wait; its reason is thrown. */
  readonly signal?: AbortSignal
}

export interface AcquireOptions extends WaitOptions {
  /** Who holds them: the same owner may acquire a key again. Default: a new name for each call. */
  readonly owner?: string
  /** They end so long after this process went away. Default '30s'. */
  readonly ttl?: Duration
}

/** A lock as a list shows it. */
export interface LockInfo {
  readonly key: string
  readonly owner: string
  /** The job whose run holds it, or null. */
  readonly job: string | null
  readonly fence: number
  /** null: it ends with the job's run. */
  readonly expiresAt: Date | null
}

/** The locks of a job's run. They need no time limit: they end with the run, however it ends. */
export interface RunLocks {
  /**
   * More locks for this run: all of the keys, or null where somebody else has one. Those that the run holds already, its
   * task's too, are no hindrance.
   * @throws InvalidError, LockLostError where the run has lost its lease
   */
  acquire(keys: readonly string[], options?: WaitOptions): Promise<LockSet | null>
  /** What the run holds, its task's locks too. */
  list(): Promise<readonly LockInfo[]>
}
