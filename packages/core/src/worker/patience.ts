import type { ClaimedJob } from '../store/port'
import type { Line } from './line'

/** Ten times as long as jobs with locks are expected to wait here, in ms. */
const PATIENCE = 100

export function hasLocks(job: ClaimedJob): boolean {
  return job.locks.length > 0
}

/**
 * Sees to it that a job with locks does not stand long in a worker's line, where a job before it turned out to be slow:
 * others may be waiting for the locks, and another worker may have a slot.
 */
export class Patience {
  readonly #line: Line
  readonly #giveBack: () => void
  #timer: ReturnType<typeof setTimeout> | undefined

  /** @param giveBack is to take all jobs with locks out of the line */
  constructor(line: Line, giveBack: () => void) {
    this.#line = line
    this.#giveBack = giveBack
  }

  /** To be called when jobs have come into the line. */
  watch(): void {
    if (this.#timer !== undefined) return
    const last = this.#line.last(hasLocks)
    if (last === undefined) return
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      if (this.#line.has(last)) this.#giveBack()
      else this.watch()
    }, PATIENCE)
    ;(this.#timer as { unref?: () => void }).unref?.()
  }
}
