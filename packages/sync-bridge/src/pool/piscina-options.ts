import type { Piscina } from 'piscina'
import { THREAD_ENTRY } from '../entry'
import { threadArgv } from './exec-argv'
import type { PoolSettings } from './options'

type Options = NonNullable<ConstructorParameters<typeof Piscina>[0]>

/** Which of the workers gets a task; null: none of them now. */
export type Choose = NonNullable<Options['loadBalancer']>

/** What the pool asks of piscina, which makes its threads and carries requests to them. */
export function piscinaOptions(settings: PoolSettings, memory: SharedArrayBuffer, choose: Choose): Options {
  const { threads, memoryLimit, recycleAfter } = settings
  const execArgv = threadArgv(process.execArgv)
  return {
    filename: THREAD_ENTRY.href,
    minThreads: 0,
    maxThreads: threads,
    // Its own idle timer would be set anew at every call.
    idleTimeout: Number.POSITIVE_INFINITY,
    // The fastest; between calls the thread stands still, and `Threads` lets it go on where that matters.
    atomics: 'sync',
    // Beside the call: to let it go on, and answers to what the call asked.
    concurrentTasksPerWorker: 2,
    recordTiming: false,
    workerData: { memory, epoch: performance.timeOrigin, recycleAfter },
    loadBalancer: choose,
    ...(execArgv === undefined ? {} : { execArgv }),
    ...(memoryLimit === null ? {} : { resourceLimits: { maxOldGenerationSizeMb: memoryLimit } }),
  }
}
