import type { Transferable } from 'node:worker_threads'
import { type Duration, InvalidError, parseDuration } from '@jobs-worker/core'
import { ABORTED, ABORTED_ARGUMENT } from '../thread/protocol.mjs'
import type { AnyFunction } from './fn/inline'
import { referenceOf, type SyncFunction } from './fn/sync-function'
import { Call, type CallLimits } from './pool/call'
import type { PoolOptions } from './pool/options'
import { CallPool, type PoolStats } from './pool/pool'
import { withCaller } from './thrown'

export interface RunOptions {
  /** Aborting it ends the call with the signal's reason. A call that waits for a thread ends at once. */
  readonly signal?: AbortSignal
  /** The longest time in the thread, loading the module included; waiting for a thread does not count. Default: none. */
  readonly timeout?: Duration
  /** After an abort or timeout: how long the function may go on, with `aborted()` true, before its thread is ended. Default 100 ms. */
  readonly grace?: Duration
  /** What of the arguments to hand over instead of copying: ArrayBuffers, MessagePorts, ... */
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
  readonly limits: CallLimits | undefined
  readonly transfer: readonly Transferable[] | undefined
}

const NONE: Checked = { limits: undefined, transfer: undefined }

const GRACE = 100

/** A pool of threads of its own; `runSync` alone uses one that all share. */
export class SyncPool {
  readonly #calls: CallPool
  readonly runSync: RunSync

  /** @throws InvalidError */
  constructor(options: PoolOptions = {}) {
    this.#calls = new CallPool(options)
    const run = (fn: AnyFunction | SyncFunction, ...args: unknown[]) => runIn(this.#calls, NONE, fn, args)
    const withOptions = (given: RunOptions) => {
      const checked = checkOptions(given)
      return (fn: AnyFunction | SyncFunction, ...args: unknown[]) => runIn(this.#calls, checked, fn, args)
    }
    this.runSync = Object.assign(run, { with: withOptions }) as RunSync
  }

  stats(): PoolStats {
    return this.#calls.stats()
  }

  /** Takes no more calls, waits for those there are (`force`: rejects them) and ends the threads. */
  close(options?: { readonly force?: boolean }): Promise<void> {
    return this.#calls.close(options)
  }
}

async function runIn(
  pool: CallPool,
  { limits, transfer }: Checked,
  fn: AnyFunction | SyncFunction,
  args: unknown[],
): Promise<unknown> {
  const found = referenceOf(fn)
  const reference = found instanceof Promise ? await found : found
  try {
    return await new Promise((resolve, reject) => {
      pool.submit(new Call(reference, sendable(args), transfer, limits, resolve, reject))
    })
  } catch (error) {
    throw error === limits?.signal?.reason ? error : withCaller(error)
  }
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
  const { signal, timeout, grace, transfer, ...unknown } = options
  const [stranger] = Object.keys(unknown)
  if (stranger !== undefined) {
    throw new InvalidError(
      `runSync.with: ${stranger}`,
      (unknown as Record<string, unknown>)[stranger],
      'no such option (signal, timeout, grace, transfer)',
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
  return { limits: limited ? limits : undefined, transfer }
}
