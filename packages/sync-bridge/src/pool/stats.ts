export interface PoolStats {
  /** Threads, or processes, there are now. */
  readonly threads: number
  /** Calls that a thread has. */
  readonly running: number
  /** Calls that wait for a thread. */
  readonly waiting: number
  readonly completed: number
  readonly failed: number
  /** Threads that ended before their time: aborted calls, `process.exit`, memory, crashes. */
  readonly lost: number
  /** Threads that were replaced after `recycleAfter` calls. */
  readonly recycled: number
}
