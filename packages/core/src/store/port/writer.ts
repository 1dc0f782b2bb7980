import type { EnqueueReply, NewJob, RequestId } from './records'

/** Used by the client that enqueues. */
export interface Writer {
  /**
   * Stores up to 1,000 jobs in one step: all or none. A store that has queues on several nodes may take queue by queue,
   * each of them all or none and with a time of its own. Calls on one store object take effect in the order made, and a
   * caller may make the next one before the first has answered. A job that is due joins its queue's order here.
   * Wakes waiting workers of all processes, also for jobs that become due within a minute: the worker learns the time
   * from its next reply's `nextDueIn`.
   *
   * Throws StoreUnavailableError where the answer was lost; the same request may then be sent again.
   */
  enqueue(request: RequestId, jobs: readonly NewJob[]): Promise<EnqueueReply>

  /**
   * The same within the caller's own transaction; nobody is woken before it commits.
   * Throws TransactionsUnsupportedError where `capabilities.transactions` is false or `tx` is not of the store's driver.
   */
  enqueueIn(tx: unknown, jobs: readonly NewJob[]): Promise<EnqueueReply>
}
