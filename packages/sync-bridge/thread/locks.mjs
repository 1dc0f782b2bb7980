import { ask } from './questions.mjs'

/** @import { LockInfo, LockSet, RunLocks, WaitOptions } from '@jobs-worker/core' */

/** @import { RunningCall } from './slots.mjs' */
/** @typedef {{ owner: string, held: [key: string, fence: number][] }} Acquired */

let lastSet = 0

/**
 * The locks of a run, asked for where the connections are.
 * @param {RunningCall} call
 * @param {() => AbortSignal} runSignal
 * @returns {RunLocks}
 */
export function createLocks(call, runSignal) {
  return {
    acquire: async (keys, options = {}) => {
      const { signal, ...sendable } = options
      const set = ++lastSet
      const giveUp = () => void ask(call, 'giveUp', [set]).catch(() => {})
      signal?.throwIfAborted()
      signal?.addEventListener('abort', giveUp)
      try {
        const acquired = /** @type {Acquired | null} */ (await ask(call, 'acquire', [set, keys, sendable]))
        return acquired === null ? null : lockSet(call, set, keys, acquired, runSignal)
      } catch (error) {
        throw signal?.aborted ? signal.reason : error
      } finally {
        signal?.removeEventListener('abort', giveUp)
      }
    },
    list: () => /** @type {Promise<readonly LockInfo[]>} */ (ask(call, 'list', [])),
  }
}

/**
 * What an acquisition of the run holds, as on the main thread.
 * @param {RunningCall} call
 * @param {number} set
 * @param {readonly string[]} keys
 * @param {Acquired} acquired
 * @param {() => AbortSignal} runSignal
 * @returns {LockSet}
 */
function lockSet(call, set, keys, { owner, held }, runSignal) {
  const fences = new Map(held)
  const own = new Set(keys)
  /** @param {string} key */
  const forget = (key) => own.delete(key) && fences.delete(key)
  /** @param {string} key */
  const get = (key) => {
    const fence = fences.get(key)
    if (fence === undefined) return undefined
    return { key, fence, release: async () => forget(key) && ask(call, 'release', [set, key]) }
  }
  const release = async () => {
    if (own.size === 0) return
    for (const key of keys) forget(key)
    await ask(call, 'release', [set])
  }
  return {
    owner,
    get size() {
      return fences.size
    },
    get signal() {
      return runSignal()
    },
    get,
    *[Symbol.iterator]() {
      for (const key of [...fences.keys()]) yield/** @type {NonNullable<ReturnType<typeof get>>} */ (get(key))
    },
    // They last as long as the run.
    extend: async () => {},
    release,
    [Symbol.asyncDispose]: release,
  }
}
