import type { StepReply } from '../store/port'

/** One background duty: a bounded step, repeated while there is more to do, then again after a while. */
export class Duty {
  readonly #every: number | null
  readonly #step: () => Promise<StepReply>
  readonly #onError: (error: unknown) => void
  #timer: ReturnType<typeof setTimeout> | undefined
  #working: Promise<void> | undefined
  #again = false
  #stopped = true

  /** @param every milliseconds between two rounds; null: only when asked */
  constructor(every: number | null, step: () => Promise<StepReply>, onError: (error: unknown) => void) {
    this.#every = every
    this.#step = step
    this.#onError = onError
  }

  start(): void {
    this.#stopped = false
    void this.now()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#timer)
    await this.#working
  }

  /** Does a round now; one that is asked for during another follows it. */
  now(): Promise<void> {
    if (this.#working !== undefined) this.#again = true
    this.#working ??= this.#round().finally(() => {
      this.#working = undefined
      this.#rest()
    })
    return this.#working
  }

  async #round(): Promise<void> {
    try {
      do {
        this.#again = false
        while (hasMore(await this.#step()) && !this.#stopped);
      } while (this.#again && !this.#stopped)
    } catch (error) {
      this.#onError(error)
    }
  }

  #rest(): void {
    clearTimeout(this.#timer)
    if (this.#stopped || this.#every === null) return
    // Processes that started together must not go on together.
    this.#timer = setTimeout(() => void this.now(), this.#every * (0.8 + Math.random() * 0.4))
  }
}

/** A step that could do nothing although there is more (others hold it) is not repeated at once. */
export function hasMore({ count, more }: StepReply): boolean {
  return more && count > 0
}
