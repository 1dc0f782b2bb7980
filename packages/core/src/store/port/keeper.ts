import type { ErrorRecord } from './records'

export interface RecoverOptions {
  /** At most so many jobs in this step. */
  readonly limit: number
  /** What is kept on a job that was running; the store sets `attempt` and `time`. */
  readonly error: ErrorRecord
  /** For jobs that do not say themselves how long they stay, in ms. */
  readonly keep: { readonly failed: number; readonly cancelled: number }
  /** How long the turn of a job with locks waits for a claim before it passes on, in ms. @default 30_000 */
  readonly turn?: number
}

export interface StepReply {
  /** How many jobs this step changed. */
  readonly count: number
  /** There may be more to do now. */
  readonly more: boolean
}

export interface PromoteReply extends StepReply {
  readonly nextDueIn: number | null
}

/** Upkeep, in bounded, idempotent steps that any number of processes may run at once. */
export interface Keeper {
  /**
   * Takes the jobs of workers whose lease ran out. Started ones keep their charged attempt and get `error`; where that
   * was the last attempt they end `failed`, where a cancel was asked `cancelled`, else they are claimed again before
   * everything else in their queue. Reserved ones return to their place.
   *
   * Also ends locks whose `ttl` is over, and lets turns pass on that no claim took in time: the job stays queued and keeps
   * its place in its lines, but others no longer wait for it until a claim meets it again. Neither counts as a job.
   */
  recover(options: RecoverOptions): Promise<StepReply>

  /** Moves scheduled jobs that are due into their queue's order, in due order, and wakes workers. */
  promote(limit: number): Promise<PromoteReply>

  /** Deletes finished jobs past their keep, and whatever else has served its time. */
  prune(limit: number): Promise<StepReply>
}
