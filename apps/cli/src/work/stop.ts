import { setMaxListeners } from 'node:events'

/** A signal that comes twice at once is one: npx passes on what the terminal sent to both. */
const SAME_WITHIN = 100

export const DRAIN = 1
export const ABORT = 2
export const EXIT_NOW = 3

/** How far this process was told to stop: first it drains, then it aborts what runs, then it ends at once. */
export class Stop {
  readonly #drain = new AbortController()
  readonly #listeners = new Set<(level: number) => void>()
  #level = 0
  #latest = Number.NEGATIVE_INFINITY

  constructor() {
    setMaxListeners(0, this.#drain.signal)
  }

  get level(): number {
    return this.#level
  }

  /** Aborts with the first step. */
  get draining(): AbortSignal {
    return this.#drain.signal
  }

  /** Hears every step from now on; answers how to stop hearing. */
  onRaise(listener: (level: number) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Goes one step further with each signal. */
  onSignals(...signals: readonly NodeJS.Signals[]): void {
    for (const signal of signals) {
      process.on(signal, () => {
        const now = performance.now()
        if (now - this.#latest >= SAME_WITHIN) this.raise(this.#level + 1)
        this.#latest = now
      })
    }
  }

  raise(level: number): void {
    if (level <= this.#level) return
    this.#level = level
    this.#drain.abort()
    for (const listener of [...this.#listeners]) listener(level)
  }
}
