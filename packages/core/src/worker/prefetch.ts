/** How many milliseconds of expected work may wait in a worker. */
const AHEAD = 100
/** Jobs slower than this are not prefetched: another worker may be free sooner. */
const SLOW = 100
/** The same for jobs with locks, which others may be waiting for. */
const AHEAD_LOCKED = 10
/** Twice what a claim takes: so the next one is under way while as many wait here. */
const MOST = 2_000
const WEIGHT = 1 / 32

/**
 * How many jobs to hold beyond those that run. Watches the time between two ends while jobs run, which is what the worker
 * really gets done, whatever limits it; the mean is exponentially weighted and follows a slow job at once.
 */
export class Prefetch {
  readonly #fixedMin: number | undefined
  readonly #fixedMax: number | undefined
  #meanGap = Number.POSITIVE_INFINITY
  #meanTime = Number.POSITIVE_INFINITY
  #busySince = 0

  constructor(min: number | undefined, max: number | undefined) {
    this.#fixedMin = min
    this.#fixedMax = max
  }

  /** The worker had nothing to run until now. */
  busy(now: number): void {
    this.#busySince = now
  }

  ended(now: number, took: number): void {
    this.#meanGap = follow(this.#meanGap, now - this.#busySince)
    this.#meanTime = follow(this.#meanTime, took)
    this.#busySince = now
  }

  /** Claim up to so many. */
  get max(): number {
    if (this.#fixedMax !== undefined) return this.#fixedMax
    if (this.#fixedMin !== undefined) return Math.max(this.#fixedMin, this.#sized())
    return this.#sized()
  }

  /** Claim again when no more than so many are left. */
  get min(): number {
    return this.#fixedMin ?? Math.floor(this.max / 2)
  }

  /**
   * Hold up to so many where they have locks.
   * @param full all slots are taken: if none was freed just now, a slow job may be in the way
   */
  maxLocked(now: number, full: boolean): number {
    if (this.#meanTime > SLOW) return 0
    const gap = full ? Math.max(this.#meanGap, now - this.#busySince) : this.#meanGap
    return Math.min(this.max, within(AHEAD_LOCKED, gap))
  }

  #sized(): number {
    return this.#meanTime > SLOW ? 0 : within(AHEAD, this.#meanGap)
  }
}

/** How many end in that time; so few that a claim is hardly worth it are none. */
function within(ms: number, gap: number): number {
  const count = Math.floor(ms / gap)
  return count < 2 ? 0 : Math.min(count, MOST)
}

function follow(mean: number, value: number): number {
  if (!Number.isFinite(mean)) return value
  // A job much slower than the mean counts in full: holding jobs back behind it is what must not happen.
  return value > mean * 8 ? (mean + value) / 2 : mean + (value - mean) * WEIGHT
}
