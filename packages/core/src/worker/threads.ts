import type { TaskContext } from '../model/client'
import type { AnyTask } from '../model/task'

export interface ThreadRunOptions {
  /** Milliseconds. */
  readonly grace: number
  /** To be called when a thread takes the run up: it may have waited for one. */
  onStart(): void
}

/** What runs tasks with `isolation: 'thread'`; `@jobs-worker/sync-bridge` makes one: `createJobs({ threads: syncBridge() })`. */
export interface ThreadRunner {
  /**
   * Calls the task's handler in a thread, out of the module that defines it.
   * When `context.signal` aborts, the thread is told; it is terminated `grace` ms later if the handler still runs.
   */
  run(task: AnyTask, input: unknown, context: TaskContext, options: ThreadRunOptions): Promise<unknown>
  close(): Promise<void>
}
