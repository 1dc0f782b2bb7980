import type { Logger } from '../model/logger'
import type { Hint, HintType, Signal, Store } from '../store/port'

/** An event of a job. Those of other processes are hints, lost while disconnected; the job's state is the truth. */
export interface JobEvent {
  readonly type: HintType
  /** The job's id. */
  readonly id: string
  readonly task: string
  readonly queue: string
  /** With `progress`: the value, where it was short enough to travel. */
  readonly data?: unknown
  /** Whether it happened in this process. */
  readonly local: boolean
}

export type JobListener = (event: JobEvent) => void

const WATCH_TTL = 60_000
const RENEW_EVERY = 20_000
const PUBLISH_AT_MOST = 1_000

/**
 * The events of one runtime: its own at once, those of others as hints of the store, and its own to others where somebody
 * listens there. Subscribes at the first listener and not before.
 */
export class Events {
  readonly #store: Store
  readonly #log: Logger
  readonly #origin: string
  readonly #listeners = new Map<HintType, Set<JobListener>>()
  readonly #signals = new Set<(signal: Signal) => void>()
  #subscription: Promise<() => Promise<void>> | undefined
  #watch: Promise<void> | undefined
  #renewal: ReturnType<typeof setInterval> | undefined
  #outgoing: Hint[] = []
  #publishing: Promise<void> | undefined
  /** Whether somebody elsewhere listens, as the store said last. */
  watched = false

  constructor(store: Store, log: Logger, origin: string) {
    this.#store = store
    this.#log = log
    this.#origin = origin
  }

  /** Whether an event of this type would reach anybody: if not, it need not be made. */
  wanted(type: HintType): boolean {
    return this.watched || this.#listeners.has(type)
  }

  on(type: HintType, listener: JobListener): () => void {
    const listeners = this.#listeners.get(type) ?? new Set()
    listeners.add(listener)
    this.#listeners.set(type, listeners)
    return () => {
      listeners.delete(listener)
      if (listeners.size === 0) this.#listeners.delete(type)
    }
  }

  /** Resolves when events of other processes that happen from now on are heard. */
  async listen(): Promise<void> {
    await this.#subscribe()
    this.#watch ??= this.#startWatching()
    await this.#watch
  }

  /** Hears the store's signals; resolves when those sent from now on come. */
  async onSignal(listener: (signal: Signal) => void): Promise<() => void> {
    this.#signals.add(listener)
    await this.#subscribe()
    return () => this.#signals.delete(listener)
  }

  emit(
    type: HintType,
    job: { readonly id: string; readonly task: string; readonly queue: string },
    data?: string,
  ): void {
    const hint: Hint = { type, id: job.id, task: job.task, queue: job.queue, ...(data === undefined ? {} : { data }) }
    this.#deliver(hint, true)
    if (!this.watched) return
    this.#outgoing.push(hint)
    this.#publishing ??= Promise.resolve().then(() => this.#publish())
  }

  async close(): Promise<void> {
    clearInterval(this.#renewal)
    this.#listeners.clear()
    this.#signals.clear()
    await this.#publishing
    const end = await this.#subscription?.catch(() => undefined)
    await end?.()
  }

  #subscribe(): Promise<() => Promise<void>> {
    this.#subscription ??= this.#store
      .subscribe((signal) => this.#hear(signal))
      .catch((error) => {
        this.#subscription = undefined
        throw error
      })
    return this.#subscription
  }

  async #startWatching(): Promise<void> {
    this.#renewal = setInterval(() => {
      if (this.#listeners.size > 0) void this.#renew()
      else this.#stopWatching()
    }, RENEW_EVERY)
    ;(this.#renewal as { unref?: () => void }).unref?.()
    await this.#renew()
  }

  /** Nobody here listens any more: others need not publish for us. */
  #stopWatching(): void {
    clearInterval(this.#renewal)
    this.#watch = undefined
  }

  #renew(): Promise<void> {
    return this.#store
      .watch(WATCH_TTL)
      .catch((error) => this.#log.debug(`could not ask for events: ${(error as Error).message}`))
  }

  #hear(signal: Signal): void {
    if (signal.kind === 'hints') {
      if (signal.origin !== this.#origin) for (const hint of signal.hints) this.#deliver(hint, false)
      return
    }
    for (const listener of this.#signals) listener(signal)
  }

  #deliver(hint: Hint, local: boolean): void {
    const listeners = this.#listeners.get(hint.type)
    if (listeners === undefined) return
    const data = hint.data === undefined ? {} : { data: JSON.parse(hint.data) as unknown }
    const event: JobEvent = { type: hint.type, id: hint.id, task: hint.task, queue: hint.queue, ...data, local }
    for (const listener of [...listeners]) {
      try {
        listener(event)
      } catch (error) {
        this.#log.error(`a listener of '${hint.type}' threw: ${(error as Error)?.stack ?? error}`)
      }
    }
  }

  async #publish(): Promise<void> {
    while (this.#outgoing.length > 0) {
      const hints = this.#outgoing.splice(0, PUBLISH_AT_MOST)
      try {
        await this.#store.publish(this.#origin, hints)
      } catch (error) {
        this.#log.debug(`could not publish events: ${(error as Error).message}`)
      }
    }
    this.#publishing = undefined
  }
}
