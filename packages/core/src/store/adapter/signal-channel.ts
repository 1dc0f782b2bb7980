import { newId } from '../../model/id'
import type { Hint, Signal } from '../port'
import { decodePayload, encodeHints, encodePayload, type Payload, toSignal } from './payload'

type Listener = (signal: Signal) => void

/** What hears what others say. */
export interface Ears {
  message(text: string): void
  /** It was deaf for a while: what was said meanwhile is lost. */
  missed(): void
}

export interface ChannelLimits {
  /** At most one wake-up crosses in so many ms. */
  readonly wakeEvery: number
  /** Longest payload, in bytes. */
  readonly longest: number
}

/**
 * Signals of this process and of others. What this store object causes its listeners hear at once, without the way over
 * the database; wake-ups for others are gathered.
 */
export abstract class SignalChannel {
  /** Its own name on the channel: what comes back from there its listeners have heard. */
  readonly sender = newId().slice(-8)
  readonly #limits: ChannelLimits
  readonly #listeners = new Set<Listener>()
  #listening: Promise<() => void | Promise<void>> | null = null
  #wokeAt = Number.NEGATIVE_INFINITY
  #pending: Set<string> | null = null
  #timer: ReturnType<typeof setTimeout> | null = null
  #sent: Promise<void> = Promise.resolve()

  constructor(limits: ChannelLimits) {
    this.#limits = limits
  }

  /** Resolves, to the way of ending it, when what others say from now on is heard. */
  protected abstract listen(ears: Ears): Promise<() => void | Promise<void>>

  /** To the other processes, in order. */
  abstract broadcast(payloads: readonly string[]): Promise<void>

  async subscribe(listener: Listener): Promise<() => Promise<void>> {
    const own: Listener = (signal) => listener(signal)
    this.#listeners.add(own)
    try {
      this.#listening ??= this.listen({ message: (text) => this.#hear(text), missed: () => this.missed() })
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
    await this.broadcast([encodePayload(payload, this.#limits.longest)])
  }

  async publish(origin: string, hints: readonly Hint[]): Promise<void> {
    if (hints.length === 0) return
    this.emit({ kind: 'hints', origin, hints })
    await this.broadcast(encodeHints(this.sender, origin, hints, this.#limits.longest))
  }

  /** What a step that makes jobs due may say itself. Without a sender this process hears it too, and not before. */
  wakeUp(queues: readonly string[], sender = this.sender): string {
    return encodePayload(['wake', sender, queues], this.#limits.longest)
  }

  /** Whether a wake-up may cross now; true takes this chance. */
  mayWake(): boolean {
    if (performance.now() - this.#wokeAt < this.#limits.wakeEvery) return false
    this.#wokeAt = performance.now()
    return true
  }

  async close(): Promise<void> {
    await this.flush()
    this.#listeners.clear()
    await this.#unlisten()
  }

  /** Wakes the others as soon as a wake-up may cross. */
  protected gather(queues: Iterable<string>): void {
    this.#pending ??= new Set()
    for (const queue of queues) this.#pending.add(queue)
    const rest = Math.max(0, this.#wokeAt + this.#limits.wakeEvery - performance.now())
    this.#timer ??= setTimeout(() => void this.flush(), rest)
  }

  /** Sends what is gathered. A wake-up that is lost is made good by polling. */
  protected flush(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    const queues = this.#pending
    this.#pending = null
    if (queues === null) return this.#sent
    this.#wokeAt = performance.now()
    const sent = this.broadcast([this.wakeUp([...queues])]).catch(() => {})
    this.#sent = this.#sent.then(() => sent)
    return this.#sent
  }

  protected heard(payload: Payload): void {
    this.emit(toSignal(payload))
  }

  protected missed(): void {
    this.emit({ kind: 'wake', queues: null })
  }

  #hear(text: string): void {
    const payload = decodePayload(text)
    if (payload !== null && payload[1] !== this.sender) this.heard(payload)
  }

  async #unlisten(): Promise<void> {
    const listening = this.#listening
    this.#listening = null
    const stop = await listening?.catch(() => null)
    await stop?.()
  }
}
