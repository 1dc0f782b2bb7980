import type { Events } from '../observe/events'

/** Waits also look by themselves, for news may be lost, and locks end at their time without any. */
const LOOK_EVERY = 250

const ENDINGS = ['completed', 'failed', 'cancelled', 'retrying', 'postponed'] as const

/** Tells when locks may have become free, in any process. Listens for as long as somebody waits, and no longer. */
export class LockNews {
  readonly #events: Events
  readonly #waiting = new Set<() => void>()
  #off: Promise<(() => void)[]> | undefined

  constructor(events: Events) {
    this.#events = events
  }

  /** Calls `look` now and then, and whenever there is news, until it is told to stop. */
  watch(look: () => void): () => void {
    this.#waiting.add(look)
    this.#off ??= this.#listen()
    const timer = setInterval(look, LOOK_EVERY)
    return () => {
      clearInterval(timer)
      this.#waiting.delete(look)
      if (this.#waiting.size === 0) this.#unlisten()
    }
  }

  async #listen(): Promise<(() => void)[]> {
    const tell = () => {
      for (const look of [...this.#waiting]) look()
    }
    const off = ENDINGS.map((type) => this.#events.on(type, tell))
    // Where they cannot be heard, the looks find out.
    const heard = (signal: { readonly kind: string }) => signal.kind === 'unlocked' && tell()
    const deaf = await this.#events.onSignal(heard).catch(() => () => undefined)
    await this.#events.listen().catch(() => undefined)
    return [...off, deaf]
  }

  #unlisten(): void {
    void this.#off?.then((all) => {
      for (const off of all) off()
    })
    this.#off = undefined
  }
}
