import { availableParallelism } from 'node:os'
import { type Duration, InvalidError, parseDuration } from '@jobs-worker/core'

export interface PoolOptions {
  /**
   * Where calls run: 'thread', or 'process': each in a child process, which has one call at a time. Starting and calling
   * one costs more, and nothing is shared or transferred, only copied; but a crash of native code, which takes all threads
   * and this process with it, fails its own call alone (ProcessCrashedError). Default 'thread'.
   */
  readonly isolate?: Isolate
  /** The most threads, or processes, at once, 1 to 1024. They are started when needed. Default: one per core. */
  readonly threads?: number
  /** A thread that had nothing to do for so long ends; at least 10 ms. Default '30s'. */
  readonly idleTimeout?: Duration
  /** The most memory for the objects of one thread, in MiB, at least 16. Default: Node's own limit. */
  readonly memoryLimit?: number
  /** A thread ends after so many calls and another takes its place: what leaks, ends with it. Default: never (null). */
  readonly recycleAfter?: number | null
}

export type Isolate = 'thread' | 'process'

export interface PoolSettings {
  readonly isolate: Isolate
  readonly threads: number
  readonly idleTimeout: number
  readonly memoryLimit: number | null
  readonly recycleAfter: number
}

/** @throws InvalidError */
export function parsePoolOptions(options: PoolOptions): PoolSettings {
  const { isolate = 'thread', threads, idleTimeout = '30s', memoryLimit, recycleAfter, ...unknown } = options
  const [stranger] = Object.keys(unknown)
  if (stranger !== undefined) {
    throw new InvalidError(
      `pool.${stranger}`,
      (unknown as Record<string, unknown>)[stranger],
      'no such option (isolate, threads, idleTimeout, memoryLimit, recycleAfter)',
    )
  }
  const idle = parseDuration('pool.idleTimeout', idleTimeout)
  if (idle < 10) throw new InvalidError('pool.idleTimeout', idleTimeout, 'at least 10 ms')
  return {
    isolate: parseIsolate('pool.isolate', isolate),
    threads: threads === undefined ? availableParallelism() : integer('pool.threads', threads, 1, 1024),
    idleTimeout: idle,
    memoryLimit: memoryLimit === undefined ? null : integer('pool.memoryLimit', memoryLimit, 16, 1_048_576),
    recycleAfter:
      recycleAfter === undefined || recycleAfter === null
        ? Number.POSITIVE_INFINITY
        : integer('pool.recycleAfter', recycleAfter, 1, Number.MAX_SAFE_INTEGER),
  }
}

/** @throws InvalidError */
export function parseIsolate(field: string, isolate: unknown): Isolate {
  if (isolate === 'thread' || isolate === 'process') return isolate
  throw new InvalidError(field, isolate, "'thread' or 'process'")
}

function integer(field: string, value: unknown, min: number, max: number): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value
  throw new InvalidError(field, value, `a whole number from ${min} to ${max}`)
}
