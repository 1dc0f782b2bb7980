import type { TaskContext } from '../model/client'
import { StateError } from '../model/errors'
import type { AnyTask } from '../model/task'
import type { Run, RunHost } from './run'

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

/**
 * Where a task's handler is called: here, or in a thread.
 * @param grace milliseconds
 */
export function callTask(threads: ThreadRunner | undefined, grace: number): RunHost['call'] {
  return (task: AnyTask, input: unknown, context: TaskContext, run: Run) => {
    if (task.isolation === 'inline') return task.run(input, context)
    if (threads !== undefined) return threads.run(task, input, context, { grace, onStart: () => run.startTimeout() })
    throw new StateError(
      `task ${JSON.stringify(task.name)} runs in threads: createJobs needs \`threads: syncBridge()\``,
    )
  }
}
