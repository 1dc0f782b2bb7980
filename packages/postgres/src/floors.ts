import type { Line } from './decode'

/** Recovered jobs may come back below where this process was; there is never a crowd of them. */
const RECOVERED = -32_769
const LOWEST = -32_770
const HIGHEST = 32_767

/** All floors go at least this often, in ms: a transaction that commits late brings jobs below them. */
const RESET_EVERY = 1_000

/** Of the time that claims take, so much at most goes into looking below the floors: 1 / SHARE. */
const SHARE = 20

/**
 * Up to where this process has claimed, by lane and rank. A claim begins there, so that it steps over neither what is in
 * flight nor what is gone but not yet vacuumed.
 */
export class Floors {
  readonly #lanes = new Map<number, Map<number, number>>()
  /** How often they went. */
  resets = 0
  #resetAt = 0
  #interval = RESET_EVERY

  /** Index ranges for these lanes, as claim.sql takes them. */
  toJson(lanes: Iterable<number>): string {
    const ranges: string[] = []
    for (const lane of lanes) {
      const ranks = this.#lanes.get(lane)
      if (ranks === undefined) continue
      let low = LOWEST
      let seq = 0
      for (const [rank, floor] of [...ranks].sort((a, b) => a[0] - b[0])) {
        ranges.push(range(lane, low, seq, rank - 1))
        low = rank
        seq = floor
      }
      ranges.push(range(lane, low, seq, HIGHEST))
    }
    return `[${ranges.join(',')}]`
  }

  /** Notes what was claimed. */
  lift(lines: readonly Line[]): void {
    for (const { lane, rank, seq } of lines) {
      if (rank === RECOVERED) continue
      const ranks = this.#lanes.get(lane) ?? new Map<number, number>()
      this.#lanes.set(lane, ranks)
      if (seq > (ranks.get(rank) ?? 0)) ranks.set(rank, seq)
    }
  }

  /** The next claim looks from the beginning. */
  reset(): void {
    this.#lanes.clear()
    this.resets++
  }

  /** To be called before a claim: answers whether this one looks from the beginning, as one must now and then. */
  resetIfOld(now: number): boolean {
    if (now - this.#resetAt < this.#interval) return false
    this.#resetAt = now
    this.reset()
    return true
  }

  /** How long such a claim took, in ms: where much is dead it is dear, and then is made less often. */
  took(ms: number): void {
    this.#interval = Math.max(RESET_EVERY, ms * SHARE)
  }
}

function range(lane: number, lowRank: number, lowSeq: number, highRank: number): string {
  return `{"lane":${lane},"low_rank":${lowRank},"low_seq":${lowSeq},"high_rank":${highRank}}`
}
