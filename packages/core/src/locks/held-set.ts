import { LockLostError } from '../model/errors'
import type { Lock, LockSet } from '../model/locks'
import type { HeldLock, Locks } from '../store/port'

export interface SetOptions {
  readonly store: Locks
  /** The acquisition's id. */
  readonly id: string
  readonly owner: string
  /** The keys of this acquisition; an owner may have others. */
  readonly keys: readonly string[]
  readonly held: readonly HeldLock[]
  /** Milliseconds; null: they end with the owner's run. */
  readonly ttl: number | null
  /** Of the run, where a run holds them. */
  readonly signal: AbortSignal | null
  /** The set holds nothing of its own any more. */
  onEnd(set: HeldSet): void
}

/** A lock set as long as it lives: holds on to its locks, and tells when one was lost. */
export class HeldSet implements LockSet {
  readonly #options: SetOptions
  readonly #locks: Map<string, HeldLock>
  readonly #own: Set<string>
  readonly #lost = new AbortController()
  readonly signal: AbortSignal
  #timer: ReturnType<typeof setInterval> | undefined
  #heldSince: number

  /** @param asked when its locks were asked for: they are held from then on at the latest */
  constructor(options: SetOptions, asked: number) {
    this.#options = options
    this.#locks = new Map(options.held.map((lock) => [lock.key, lock]))
    this.#own = new Set(options.keys)
    this.#heldSince = asked
    this.signal = options.signal ?? this.#lost.signal
    if (options.ttl !== null) {
      this.#timer = setInterval(() => void this.extend().catch(() => undefined), options.ttl / 3)
      ;(this.#timer as { unref?: () => void }).unref?.()
    }
  }

  get owner(): string {
    return this.#options.owner
  }

  get size(): number {
    return this.#locks.size
  }

  get(key: string): Lock | undefined {
    const held = this.#locks.get(key)
    return held && { key, fence: held.fence, release: () => this.#releaseOne(key) }
  }

  *[Symbol.iterator](): Iterator<Lock> {
    for (const key of [...this.#locks.keys()]) yield this.get(key) as Lock
  }

  async extend(): Promise<void> {
    const { store, id, ttl } = this.#options
    if (ttl === null || this.#own.size === 0) return
    const asked = performance.now()
    const expected = [...this.#own]
    try {
      const kept = new Set(await store.extend(id, ttl))
      this.#heldSince = asked
      this.#lose(expected.filter((key) => this.#own.has(key) && !kept.has(key)))
    } catch (error) {
      if (performance.now() - this.#heldSince > ttl) this.#lose([...this.#own])
      throw error
    }
  }

  async release(): Promise<void> {
    if (this.#own.size === 0) return
    const keys = [...this.#own]
    this.#forget(keys)
    await this.#options.store.release(this.#options.id, keys)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.release()
  }

  async #releaseOne(key: string): Promise<boolean> {
    if (!this.#own.has(key)) return false
    this.#forget([key])
    return (await this.#options.store.release(this.#options.id, [key])) > 0
  }

  #lose(keys: readonly string[]): void {
    if (keys.length === 0) return
    this.#forget(keys)
    this.#lost.abort(new LockLostError(this.owner, keys))
  }

  #forget(keys: readonly string[]): void {
    for (const key of keys) {
      this.#own.delete(key)
      this.#locks.delete(key)
    }
    if (this.#own.size > 0) return
    clearInterval(this.#timer)
    this.#options.onEnd(this)
  }
}
