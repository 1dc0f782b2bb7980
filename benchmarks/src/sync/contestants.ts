import { SyncPool, syncFunction } from '@jobs-worker/sync-bridge'
import { Piscina } from 'piscina'
import { Tinypool } from 'tinypool'
import workerpool from 'workerpool'
import * as functions from './functions.mjs'

/** A pool with so many threads, and what is asked of it. */
export interface Threads {
  noop(): Promise<unknown>
  work(rounds: number): Promise<unknown>
  spin(ms: number): Promise<unknown>
  /** There and back, handed over; null where the pool cannot. */
  readonly touch: ((buffer: ArrayBuffer) => Promise<unknown>) | null
  close(): Promise<unknown>
}

export interface Contestant {
  readonly name: string
  readonly about: string
  open(threads: number): Threads
}

const { path } = functions
const url = new URL('./functions.mjs', import.meta.url)
const own = {
  noop: syncFunction<typeof functions.noop>(url, 'noop'),
  work: syncFunction<typeof functions.work>(url, 'work'),
  spin: syncFunction<typeof functions.spin>(url, 'spin'),
  touch: syncFunction<typeof functions.touch>(new URL('./moving.mjs', import.meta.url), 'touch'),
}

function ours(source: 'module' | 'inline', isolate: 'thread' | 'process' = 'thread'): Contestant['open'] {
  return (threads) => {
    const pool = new SyncPool({ threads, isolate })
    const inline = () => {}
    return {
      noop: source === 'module' ? () => pool.runSync(own.noop) : () => pool.runSync(inline),
      work: (rounds) => pool.runSync(own.work, rounds),
      spin: (ms) => pool.runSync(own.spin, ms),
      touch: (buffer) => pool.runSync.with({ transfer: [buffer] })(own.touch, buffer),
      close: () => pool.close(),
    }
  }
}

function piscina(options: ConstructorParameters<typeof Piscina>[0]): Contestant['open'] {
  return (threads) => {
    const pool = new Piscina({ filename: path, minThreads: threads, maxThreads: threads, ...options })
    const moving = new URL('./moving-piscina.mjs', import.meta.url).href
    return {
      noop: () => pool.run(undefined, { name: 'noop' }),
      work: (rounds) => pool.run(rounds, { name: 'work' }),
      spin: (ms) => pool.run(ms, { name: 'spin' }),
      touch: (buffer) => pool.run(buffer, { filename: moving, name: 'touch', transferList: [buffer] }),
      close: () => pool.destroy(),
    }
  }
}

export const contestants: readonly Contestant[] = [
  { name: 'runSync', about: '@jobs-worker/sync-bridge, a function of a module', open: ours('module') },
  { name: 'runSync-inline', about: 'the same, a function passed directly', open: ours('inline') },
  { name: 'runSync-process', about: "a function of a module, isolate: 'process'", open: ours('module', 'process') },
  { name: 'piscina', about: 'piscina as it comes', open: piscina({}) },
  {
    name: 'piscina-16',
    about: 'piscina with concurrentTasksPerWorker: 16',
    open: piscina({ concurrentTasksPerWorker: 16 }),
  },
  {
    name: 'tinypool',
    about: 'tinypool as it comes',
    open: (threads) => {
      const pool = new Tinypool({ filename: path, minThreads: threads, maxThreads: threads })
      return {
        noop: () => pool.run(undefined, { name: 'noop' }),
        work: (rounds) => pool.run(rounds, { name: 'work' }),
        spin: (ms) => pool.run(ms, { name: 'spin' }),
        touch: null,
        close: () => pool.destroy(),
      }
    },
  },
  {
    name: 'workerpool',
    about: 'workerpool as it comes, on threads',
    open: (threads) => {
      const pool = workerpool.pool(path, {
        minWorkers: threads,
        maxWorkers: threads,
        workerType: 'thread',
        workerThreadOpts: { argv: ['workerpool'] },
      })
      const exec = async (name: string, args: unknown[], options?: object) => pool.exec(name, args, options)
      return {
        noop: () => exec('noop', []),
        work: (rounds) => exec('work', [rounds]),
        spin: (ms) => exec('spin', [ms]),
        touch: (buffer) => exec('touch', [buffer], { transfer: [buffer] }),
        close: async () => pool.terminate(true),
      }
    },
  },
]
