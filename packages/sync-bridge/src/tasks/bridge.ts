import {
  type AnyTask,
  InvalidError,
  type TaskContext,
  type ThreadRunner,
  type ThreadRunOptions,
} from '@jobs-worker/core'
import { FunctionReference } from '../fn/reference'
import { moduleUrl } from '../fn/sync-function'
import { Call } from '../pool/call'
import { type PoolOptions, parsePoolOptions } from '../pool/options'
import { CallPool } from '../pool/pool'
import type { AboutRun, Report } from '../wire'
import { LockDesk } from './locks'

/**
 * Runs tasks with `isolation: 'thread'` in threads of their own: `createJobs({ threads: syncBridge() })`. A thread loads
 * the module that the task names and takes the handler from it; leases, beats and settlement stay on the main thread.
 * @throws InvalidError
 */
export function syncBridge(options: PoolOptions = {}): ThreadRunner {
  parsePoolOptions(options)
  return new SyncBridge(options)
}

class SyncBridge implements ThreadRunner {
  readonly #options: PoolOptions
  readonly #references = new WeakMap<AnyTask, FunctionReference>()
  #pool: CallPool | undefined

  constructor(options: PoolOptions) {
    this.#options = options
  }

  run(task: AnyTask, input: unknown, context: TaskContext, options: ThreadRunOptions): Promise<unknown> {
    this.#pool ??= new CallPool(this.#options)
    const pool = this.#pool
    const reference = this.#reference(task)
    // What a schema makes of the input may be nothing that can be sent: the thread makes it itself.
    const args = [task.schema === undefined ? input : context.job.input, about(context)]
    const limits = { signal: context.signal, timeout: null, grace: options.grace, endingCounts: true }
    return new Promise((resolve, reject) => {
      const call = new Call(reference, args, undefined, limits, resolve, reject)
      call.onReport = (report) => pass(report, context, options)
      let desk: LockDesk | undefined
      call.onQuestion = async (question) => {
        desk ??= new LockDesk(context.locks)
        pool.answer(call, await desk.answer(question))
      }
      pool.submit(call)
    })
  }

  async close(): Promise<void> {
    const pool = this.#pool
    this.#pool = undefined
    await pool?.close({ force: true })
  }

  #reference(task: AnyTask): FunctionReference {
    const known = this.#references.get(task)
    if (known !== undefined) return known
    const field = `task ${JSON.stringify(task.name)}.module`
    if (task.module === undefined)
      throw new InvalidError(field, task.module, 'import.meta.url of the module that exports the task')
    const reference = new FunctionReference('task', moduleUrl(task.module), task.name)
    this.#references.set(task, reference)
    return reference
  }
}

function about({ job, run, attempt, log }: TaskContext): AboutRun {
  const levels = (['info', 'debug'] as const).filter((level) => log.isLevelEnabled?.(level) ?? true)
  return { job, run, attempt, levels }
}

function pass([kind, value = 'null']: Report, context: TaskContext, options: ThreadRunOptions): void {
  try {
    if (kind === 'start') options.onStart()
    else if (kind === 'progress') context.progress(JSON.parse(value))
    else if (kind === 'meta') context.setMeta(JSON.parse(value))
    else context.log[kind](value)
  } catch (error) {
    // Too long, for one; the handler has gone on meanwhile.
    context.log.warn(`job ${context.job.id}: ${kind} was not taken: ${(error as Error).message}`)
  }
}
