import { StateError } from '@jobs-worker/core'
import { type PoolOptions, parsePoolOptions } from './pool/options'
import type { PoolStats } from './pool/stats'
import { type RunOptions, type RunSync, SyncPool } from './sync-pool'

let options: PoolOptions = {}
let shared: SyncPool | undefined

function pool(): SyncPool {
  shared ??= new SyncPool(options)
  return shared
}

/**
 * Runs blocking code in a thread and resolves with its result. `fn` is a function that uses nothing from outside itself
 * (its source is sent), one that `syncFunction` made known, or what `syncFunction` answered. All that follows are its
 * arguments; options go by `runSync.with(options)(fn, ...args)`.
 *
 * Arguments and results are copied as by `structuredClone`; what the function throws is thrown here, with its class,
 * code, cause and fields. The threads are started when they are needed and keep no process alive.
 *
 * @throws ClosureError, InvalidError before any thread is used; NotCloneableError; TimeoutError; ThreadExitedError,
 * ThreadMemoryError, ThreadCrashedError where the call took its thread down: no other call is affected
 */
export const runSync: RunSync = Object.assign(
  ((fn, ...args) => pool().runSync(fn, ...args)) as (...args: Parameters<RunSync>) => Promise<unknown>,
  { with: (given: RunOptions) => pool().runSync.with(given) },
) as RunSync

/**
 * Sets up the threads of `runSync`; to be called before its first use.
 * @throws InvalidError; StateError where the threads are there already
 */
export function configurePool(given: PoolOptions): void {
  if (shared !== undefined)
    throw new StateError('configurePool: runSync is in use already: call it before, or after closePool()')
  parsePoolOptions(given)
  options = given
}

/** What the threads of `runSync` are doing. */
export function poolStats(): PoolStats {
  return pool().stats()
}

/** Waits for the calls there are (`force`: rejects them) and ends the threads; the next `runSync` starts new ones. */
export async function closePool(given?: { readonly force?: boolean }): Promise<void> {
  const closing = shared
  shared = undefined
  await closing?.close(given)
}
