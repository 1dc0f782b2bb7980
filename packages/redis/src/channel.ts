import { randomUUID } from 'node:crypto'
import type { Signal } from '@jobs-worker/core/store'
import type { Connection } from './connection'
import type { Keys } from './keys'
import { Listening } from './listening'
import { decodePayload, type Payload, toSignal, wakePayload } from './payload'

/** At most one wake-up crosses in so many ms: every listening process hears each. */
const WAKE_EVERY = 5

type Listener = (signal: Signal) => void

/**
 * Signals of this process and of others. What this store object causes its listeners hear at once, without the way over
 * Redis; wake-ups for others are gathered.
 */
export class Channel {
  readonly name: string
  readonly sender = randomUUID().slice(0, 8)
  readonly #connection: Connection
  readonly #listeners = new Set<Listener>()
  #listening: Promise<Listening> | null = null
  #wokeAt = Number.NEGATIVE_INFINITY
  #pending: Set<string> | null = null
  #timer: NodeJS.Timeout | null = null

  constructor(connection: Connection, keys: Keys) {
    this.#connection = connection
    this.name = keys.channel
  }

  async subscribe(listener: Listener): Promise<() => Promise<void>> {
    const own: Listener = (signal) => listener(signal)
    this.#listeners.add(own)
    try {
      this.#listening ??= Listening.start(this.#connection.subscriber(), this.name, {
        message: (text) => this.#hear(text),
        reconnected: () => this.emit({ kind: 'wake', queues: null }),
      })
      await this.#listening
    } catch (error) {
      this.#listeners.delete(own)
      this.#listening = null
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
    await this.broadcast([JSON.stringify(payload)])
  }

  /** To the other processes, in order. */
  async broadcast(messages: readonly string[]): Promise<void> {
    for (const message of messages) await this.#connection.command((client) => client.publish(this.name, message))
  }

  /** What a script that makes jobs of this queue due may publish itself; false: see `woke`. */
  wakeFor(queue: string): string | false {
    if (performance.now() - this.#wokeAt < WAKE_EVERY) return false
    this.#wokeAt = performance.now()
    return wakePayload(this.sender, [queue])
  }

  /** After that script: wakes the listeners here, and the others soon where it published nothing. */
  woke(queue: string, sent: boolean): void {
    this.emit({ kind: 'wake', queues: [queue] })
    if (sent) return
    this.#pending ??= new Set()
    this.#pending.add(queue)
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
    await this.broadcast([wakePayload(this.sender, [...queues])]).catch(() => {})
  }

  async close(): Promise<void> {
    await this.flush()
    this.#listeners.clear()
    await this.#unlisten()
  }

  #hear(text: string): void {
    const payload = decodePayload(text)
    if (payload !== null && payload[1] !== this.sender) this.emit(toSignal(payload))
  }

  async #unlisten(): Promise<void> {
    const listening = this.#listening
    this.#listening = null
    if (listening !== null) (await listening.catch(() => null))?.stop()
  }
}
