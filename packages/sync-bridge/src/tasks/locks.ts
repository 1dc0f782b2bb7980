import type { LockSet, RunLocks, WaitOptions } from '@jobs-worker/core'
import type { Answer, Question } from '../wire'

/** Does on the main thread what a handler in a thread asks of its `ctx.locks`. */
export class LockDesk {
  readonly #locks: RunLocks
  readonly #sets = new Map<number, LockSet>()
  readonly #waits = new Map<number, AbortController>()

  constructor(locks: RunLocks) {
    this.#locks = locks
  }

  async answer([id, kind, args]: Question): Promise<Answer> {
    try {
      return [id, null, await this.#do(kind, args)]
    } catch (error) {
      const { name, message, code } = error as Error & { code?: string }
      return [id, { name, message, ...(code === undefined ? {} : { code }) }, undefined]
    }
  }

  #do(kind: Question[1], [set, what, options]: Question[2]): Promise<unknown> | unknown {
    if (kind === 'list') return this.#locks.list()
    if (kind === 'acquire') return this.#acquire(set as number, what as string[], options as WaitOptions)
    if (kind === 'release') return this.#release(set as number, what as string | undefined)
    return this.#waits.get(set as number)?.abort()
  }

  async #acquire(number: number, keys: readonly string[], options: WaitOptions): Promise<unknown> {
    const wait = new AbortController()
    this.#waits.set(number, wait)
    try {
      const set = await this.#locks.acquire(keys, { ...options, signal: wait.signal })
      if (set === null) return null
      this.#sets.set(number, set)
      return { owner: set.owner, held: [...set].map(({ key, fence }) => [key, fence]) }
    } finally {
      this.#waits.delete(number)
    }
  }

  #release(number: number, key: string | undefined): Promise<unknown> | undefined {
    const set = this.#sets.get(number)
    return key === undefined ? set?.release() : set?.get(key)?.release()
  }
}
