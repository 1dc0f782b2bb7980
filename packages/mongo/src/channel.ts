import { randomUUID } from 'node:crypto'
import type { Signal } from '@jobs-worker/core/store'
import type { ClientSession } from 'mongodb'
import type { Connection } from './connection'
import { Listening } from './listening'
import { decodePayload, type Payload, toSignal, wakePayload } from './payload'

/** At most one wake-up crosses in so many ms: every listening process hears each. */
const WAKE_EVERY = 5

/** How long a signal stays, in ms: a change stream that was cut off goes on where it was. */
const STAYS = 60_000

type Listener = (signal: Signal) => void

/**
 * Signals of this process and of others. What this store object causes its listeners hear at once, without the way over the
 * database; wake-ups for others are gathered. Others hear by a change stream; where there is none, their polling is all.
 */
export class Channel {
  readonly sender = randomUUID().slice(0, 8)
  readonly #connection: Connection
  readonly #listeners = new Set<Listener>()
  readonly #sending = new Set<Promise<unknown>>()
  #listening: Promise<Listening> | null = null
  #wokeAt = Number.NEGATIVE_INFINITY
  #pending: Set<string> | null = null
  #timer: NodeJS.Timeout | null = null

  constructor(connection: Connection) {
    this.#connection = connection
  }

  async subscribe(listener: Listener): Promise<() => Promise<void>> {
    const own: Listener = (signal) => listener(signal)
    this.#listeners.add(own)
    try {
      this.#listening ??= Listening.start(this.#connection, {
        message: (text) => this.#hear(text),
        missed: () => this.emit({ kind: 'wake', queues: null }),
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
    const { run, signals } = this.#connection
    if (messages.length > 0) await run(() => signals.insertMany(messages.map((text) => this.#document(text))))
  }

  /** With the commit of the caller's transaction. Without a sender: this process hears it too, and not before. */
  async sendIn(session: ClientSession, queues: readonly string[]): Promise<void> {
    const { run, signals } = this.#connection
    await run(() => signals.insertOne(this.#document(wakePayload('', queues)), { session }))
  }

  /** Jobs of these queues can be claimed: wakes the listeners here, and the others now or soon. */
  woke(queues: Iterable<string>): void {
    const names = [...queues]
    if (names.length === 0) return
    this.emit({ kind: 'wake', queues: names })
    this.#pending ??= new Set()
    for (const name of names) this.#pending.add(name)
    const since = performance.now() - this.#wokeAt
    if (since >= WAKE_EVERY) this.#flush()
    else this.#timer ??= setTimeout(() => this.#flush(), WAKE_EVERY - since)
  }

  async close(): Promise<void> {
    this.#flush()
    await Promise.all(this.#sending)
    this.#listeners.clear()
    await this.#unlisten()
  }

  /** Sends what is gathered. A wake-up that is lost is made good by polling. */
  #flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    const queues = this.#pending
    this.#pending = null
    if (queues === null) return
    this.#wokeAt = performance.now()
    const sending = this.broadcast([wakePayload(this.sender, [...queues])])
      .catch(() => undefined)
      .finally(() => this.#sending.delete(sending))
    this.#sending.add(sending)
  }

  #document(payload: string) {
    return { _id: randomUUID(), forget: new Date(this.#connection.clock.now() + STAYS), payload }
  }

  #hear(text: string): void {
    const payload = decodePayload(text)
    if (payload !== null && payload[1] !== this.sender) this.emit(toSignal(payload))
  }

  async #unlisten(): Promise<void> {
    const listening = this.#listening
    this.#listening = null
    const heard = await listening?.catch(() => null)
    heard?.stop()
  }
}
