/** The server's clock is asked again after so many ms, */
const REFRESH = 5_000
/** and nothing is stamped with a measurement older than so many. */
const STALE = 30_000
/** The best measurement holds so long: it may have drifted since, or have been of another server. */
const BEST = 60_000

/**
 * The server's clock as last measured: inserts cannot read it. What it answers is never ahead of the server's, for it takes
 * the way of the answer as nothing; so instants of two processes differ by their ways at most.
 */
export class Clock {
  readonly #ask: () => Promise<number>
  #ahead = Number.NaN
  #bestAt = Number.NEGATIVE_INFINITY
  #measuredAt = Number.NEGATIVE_INFINITY
  #wallAt = 0
  #measuring: Promise<void> | null = null
  #last = 0

  /** @param ask the server's time, in ms since 1970 */
  constructor(ask: () => Promise<number>) {
    this.#ask = ask
  }

  /** To be awaited before stamping. */
  async fresh(): Promise<void> {
    const age = this.#age()
    if (age > STALE) await this.measure()
    else if (age > REFRESH) void this.measure().catch(() => undefined)
  }

  /** Milliseconds since 1970. */
  now(): number {
    return Math.floor(performance.now() + this.#ahead)
  }

  /** The next place in an order of times: microseconds since 1970, never twice the same. */
  order(): number {
    this.#last = Math.max(this.#last + 1, Math.floor((performance.now() + this.#ahead) * 1_000))
    return this.#last
  }

  measure(): Promise<void> {
    this.#measuring ??= this.#measure().finally(() => {
      this.#measuring = null
    })
    return this.#measuring
  }

  async #measure(): Promise<void> {
    const time = await this.#ask()
    const now = performance.now()
    // The answer that was quickest is nearest to the truth.
    if (!(time - now < this.#ahead) || now - this.#bestAt > BEST) {
      this.#ahead = time - now
      this.#bestAt = now
    }
    this.#measuredAt = now
    this.#wallAt = Date.now()
  }

  /** A machine that slept shows on one of the two clocks. */
  #age(): number {
    return Math.max(performance.now() - this.#measuredAt, Math.abs(Date.now() - this.#wallAt))
  }
}
