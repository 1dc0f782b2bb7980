import type { Keep } from '../../model/job'

/** What an admin operation did to one job. */
export type AdminVerdict =
  /** Done, at once. */
  | 'done'
  /** cancel, remove: it runs; its worker has been asked to stop it. */
  | 'requested'
  /** The job is in a state that this does not apply to; nothing changed. */
  | 'unchanged'
  /** retry: its unique key is held by another job; nothing changed. */
  | 'conflict'
  /** There is no such job. */
  | 'unknown'

/**
 * A reserved job whose run holds locks counts as running here: its handler may have begun, and till its worker has settled
 * it nobody else may have the locks.
 *
 * Used by whoever manages. Every operation takes at most 1,000 ids and answers them in order.
 */
export interface Admin {
  /** Ends jobs that do not run, and asks the workers of those that do. `keep` is for jobs without one of their own. */
  cancel(ids: readonly string[], keep: Keep): Promise<readonly AdminVerdict[]>
  /** Final jobs join the end of their line again, with at least one more attempt and no postpones counted. */
  retry(ids: readonly string[]): Promise<readonly AdminVerdict[]>
  /** Scheduled jobs become due now. */
  makeDue(ids: readonly string[]): Promise<readonly AdminVerdict[]>
  /** Deletes jobs; running ones are cancelled and leave nothing when they end. */
  remove(ids: readonly string[]): Promise<readonly AdminVerdict[]>
  /** After this has resolved no later claim gets a job of the queue. */
  pause(queue: string): Promise<void>
  resume(queue: string): Promise<void>
}
