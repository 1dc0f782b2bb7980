import { randomUUID } from 'node:crypto'
import type { Signal } from '@jobs-worker/core/store'
import type { Calls } from './calls'
import type { Database } from './database'
import { decodePayload, encodePayload, type Payload, toSignal } from './payload'
import type { Schema } from './schema'

/** At most one wake-up crosses in so many ms: each takes a lock that all commits of the server share. */
const WAKE_EVERY = 10

type Listener = (signal: Signal) => void

/**
 * Signals of this process and of others. What this store object causes its listeners hear at once, without the way over
 * the database; wake-ups for others are gathered.
 */
export class Channel {
  readonly sender = randomUUID().slice(0, 8)
  readonly #database: Database
  readonly #schema: Schema
  readonly #calls: Calls
  readonly #listeners = new Set<Listener>()
  readonly #shared: boolean
  #stop: Promise<() => Promise<void>> | null = null
  #wokeAt = Number.NEGATIVE_INFINITY
  #pending: Set<string> | null = null
  #timer: NodeJS.Timeout | null = null
  /** Called where jobs came back to where this process has claimed already. */
  onRelease: () => void = () => {}

  /** @param shared other processes may listen */
  constructor(database: Database, schema: Schema, calls: Calls, shared: boolean) {
    this.#database = database
    this.#schema = schema
    this.#calls = calls
    this.#shared = shared
  }

  async subscribe(listener: Listener): Promise<() => Promise<void>> {
    const own: Listener = (signal) => listener(signal)
    this.#listeners.add(own)
    try {
      this.#stop ??= this.#database.listen(this.#schema.channel, {
        message: (text) => this.#hear(text),
        reconnected: () => {
          this.onRelease()
          this.emit({ kind: 'wake', queues: null })
        },
      })
      await this.#stop
    } catch (error) {
      this.#listeners.delete(own)
      this.#stop = null
      throw error
    }
    return async () => {
      this.#listeners.delete(own)
      if (this.#listeners.size === 0) await this.#unlisten()
    }
  }

  emit(signal: Signal): void {
    for (const listener of this.#listeners) listener(signal)
  }

  /** Tells everybody, now. */
  async send(payload: Payload): Promise<void> {
    this.emit(toSignal(payload))
    await this.broadcast([encodePayload(payload)])
  }

  /** To the other processes, in order. */
  async broadcast(payloads: readonly string[]): Promise<void> {
    if (!this.#shared) return
    for (const payload of payloads) await this.#calls.notify(payload)
  }

  /** Whether a statement that makes jobs due may wake the others itself; see `woke` for when it may not. */
  mayWake(): boolean {
    if (!this.#shared || performance.now() - this.#wokeAt < WAKE_EVERY) return false
    this.#wokeAt = performance.now()
    return true
  }

  /** After that statement: wakes the listeners here, and the others soon where it sent nothing. */
  woke(queues: readonly string[], sent: boolean): void {
    if (queues.length === 0) return
    this.emit({ kind: 'wake', queues })
    if (sent || !this.#shared) return
    this.#pending ??= new Set()
    for (const queue of queues) this.#pending.add(queue)
    const rest = Math.max(0, this.#wokeAt + WAKE_EVERY - performance.now())
    this.#timer ??= setTimeout(() => void this.flush(), rest)
  }

  /** Sends what is gathered. A wake-up that is lost is made good by polling. */
  async flush(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    const queues = this.#pending
    this.#pending = null
    if (queues === null) return
    this.#wokeAt = performance.now()
    await this.#calls.notify(encodePayload(['wake', this.sender, [...queues]])).catch(() => {})
  }

  async close(): Promise<void> {
    await this.flush()
    this.#listeners.clear()
    await this.#unlisten()
  }

  #hear(text: string): void {
    const payload = decodePayload(text)
    if (payload === null || payload[1] === this.sender) return
    if (payload[0] === 'release') this.onRelease()
    this.emit(toSignal(payload))
  }

  async #unlisten(): Promise<void> {
    const stop = this.#stop
    this.#stop = null
    if (stop !== null) await (await stop.catch(() => async () => {}))()
  }
}
