import type { Transferable } from 'node:worker_threads'
import { type Duration, InvalidError, parseDuration } from '@jobs-worker/core'
import { ABORTED, ABORTED_ARGUMENT } from '../thread/protocol.mjs'
import type { AnyFunction } from './fn/inline'
import type { FunctionReference } from './fn/reference'
import { referenceOf, type SyncFunction } from './fn/sync-function'
import { Call, type CallLimits } from './pool/call'
import { type Isolate, type PoolOptions, parseIsolate, parsePoolOptions } from './pool/options'
import { CallPool } from './pool/pool'
import type { PoolStats } from './pool/stats'
import { withCaller } from './thrown'

export interface RunOptions {
  /** Aborting it ends the call with the signal's reason. A call that waits for a thread ends at once. */
  readonly signal?: AbortSignal
  /** The longest time in the thread, loading the module included; waiting for a thread does not count. Default: none. */
  readonly timeout?: Duration
  /** After an abort or timeout: how long the function may go on, with `aborted()` true, before its thread is ended. Default 100 ms. */
  readonly grace?: Duration
  /** 'process': not in a thread but in a child process; see the pool option. Default: the pool's. */
  readonly isolate?: Isolate
  /** What of the arguments to hand over instead of copying: ArrayBuffers, MessagePorts, ...; to a process all is copied. */
  readonly transfer?: readonly Transferable[]
}

/** Runs a function in a thread; see `runSync`. */
export interface RunSync {
  <Args extends unknown[], Result>(
    fn: ((...args: Args) => Result) | SyncFunction<Args, Result>,
    ...args: Args
  ): Promise<Awaited<Result>>
  /** The same with options: `runSync.with({ timeout: '5s' })(fn, ...args)`. */
  with(
    options: RunOptions,
  ): <Args extends unknown[], Result>(
    fn: ((...args: Args) => Result) | SyncFunction<Args, Result>,
    ...args: Args
  ) => Promise<Awaited<Result>>
}

interface Checked {
  readonly isolate: Isolate | undefined
  readonly limits: CallLimits | undefined
  readonly transfer: readonly Transferable[] | undefined
}

const NONE: Checked = { isolate: undefined, limits: undefined, transfer: undefined }

const GRACE = 100

/** A pool of threads of its own; `runSync` alone uses one that all share. */
export class SyncPool {
  readonly #isolate: Isolate
  /** Neither starts anything before its first call. */
  readonly #pools: Readonly<Record<Isolate, CallPool>>
  readonly runSync: RunSync

  /** @throws InvalidError */
  constructor(options: PoolOptions = {}) {
    this.#isolate = parsePoolOptions(options).isolate
    this.#pools = {
      thread: new CallPool({ ...options, isolate: 'thread' }),
      process: new CallPool({ ...options, isolate: 'process' }),
    }
    const run = (fn: AnyFunction | SyncFunction, ...args: unknown[]) =>
      runIn(this.#pools[this.#isolate], NONE, fn, args)
    const withOptions = (given: RunOptions) => {
      const checked = checkOptions(given)
      return (fn: AnyFunction | SyncFunction, ...args: unknown[]) =>
        runIn(this.#pools[checked.isolate ?? this.#isolate], checked, fn, args)
    }
    this.runSync = Object.assign(run, { with: withOptions }) as RunSync
  }

  stats(): PoolStats {
    const [threads, processes] = [this.#pools.thread.stats(), this.#pools.process.stats()]
    const sums = Object.entries(threads).map(([key, value]) => [key, value + processes[key as keyof PoolStats]])
    return Object.fromEntries(sums) as PoolStats
  }

  /** Takes no more calls, waits for those there are (`force`: rejects them) and ends the threads. */
  async close(options?: { readonly force?: boolean }): Promise<void> {
    await Promise.all(Object.values(this.#pools).map((pool) => pool.close(options)))
  }
}

/** No async function: one promise a call, and of those that succeed nothing waits but their callers. */
function runIn(
  pool: CallPool,
  { limits, transfer }: Checked,
  fn: AnyFunction | SyncFunction,
  args: unknown[],
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const fail = (error: unknown) => (error === limits?.signal?.reason ? reject(error) : resolve(withCaller(error)))
    const submit = (reference: FunctionReference) =>
      pool.submit(new Call(reference, sendable(args), transfer, limits, resolve, fail))
    const found = referenceOf(fn)
    if (found instanceof Promise) found.then(submit).catch(fail)
    else submit(found)
  })
}

/** `aborted` is the one function that is the same on both sides. */
function sendable(args: unknown[]): readonly unknown[] {
  for (const arg of args) {
    if (typeof arg === 'function' && ABORTED in arg) {
      return args.map((each) => (typeof each === 'function' && ABORTED in each ? ABORTED_ARGUMENT : each))
    }
  }
  return args
}

function checkOptions(options: RunOptions): Checked {
  const { signal, timeout, grace, isolate, transfer, ...unknown } = options
  const [stranger] = Object.keys(unknown)
  if (stranger !== undefined) {
    throw new InvalidError(
      `runSync.with: ${stranger}`,
      (unknown as Record<string, unknown>)[stranger],
      'no such option (signal, timeout, grace, isolate, transfer)',
    )
  }
  if (signal !== undefined && !(signal instanceof AbortSignal))
    throw new InvalidError('runSync.with: signal', signal, 'an AbortSignal')
  if (transfer !== undefined && !Array.isArray(transfer))
    throw new InvalidError('runSync.with: transfer', transfer, 'a list of what to transfer')
  const limited = signal !== undefined || timeout !== undefined
  const limits = {
    signal,
    timeout: timeout === undefined ? null : parseDuration('runSync.with: timeout', timeout),
    grace: grace === undefined ? GRACE : parseDuration('runSync.with: grace', grace),
  }
  return {
    isolate: isolate === undefined ? undefined : parseIsolate('runSync.with: isolate', isolate),
    limits: limited ? limits : undefined,
    transfer,
  }
}
