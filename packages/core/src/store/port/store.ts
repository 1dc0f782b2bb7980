import type { Admin } from './admin'
import type { Claimer } from './claimer'
import type { Keeper } from './keeper'
import type { Locks } from './locks'
import type { Query } from './query'
import type { Schedules } from './schedules'
import type { Signals } from './signals'
import type { Writer } from './writer'

/** The version of this port; a store built for another one is refused. */
export const PORT_VERSION = 1

export interface Capabilities {
  /** 'one': several clients on one store object, but no second process (memory, PGlite). */
  readonly processes: 'one' | 'many'
  /** false: gone with the process. */
  readonly durable: boolean
  /** `enqueue` can take part in the caller's transaction. */
  readonly transactions: boolean
  /** It has locks, and obeys those of jobs. @default false: jobs with locks are refused, JOBS_LOCKS_UNSUPPORTED */
  readonly locks?: boolean
}

export interface OpenOptions {
  /** true (default): bring the schema up to date; false: throw SchemaMissingError where it is not there. */
  readonly migrate?: boolean
}

/**
 * A database adapter. Its clock decides what is due and which lease has run out; it computes no backoff and knows no
 * task. Every method may be called by any number of callers at once. After `close` every call throws
 * StoreClosedError; a failing connection is StoreUnavailableError, and the store comes back by itself.
 */
export interface Store extends Writer, Claimer, Keeper, Query, Admin, Signals {
  readonly portVersion: typeof PORT_VERSION
  /** For messages: 'postgres', 'memory', ... */
  readonly name: string
  readonly capabilities: Capabilities
  readonly schedules: Schedules
  /** There where `capabilities.locks` is true. */
  readonly locks?: Locks
  /** Connects. Calling it again, or at the same time, does nothing more. */
  open(options?: OpenOptions): Promise<void>
  close(): Promise<void>
  /** Brings the schema up to date; any number of processes may at once. Answers what was done, in words, [] where nothing. */
  migrate(): Promise<readonly string[]>
}
