import { newId } from '../model/id'
import type { Claim, ClaimedJob, ExchangeReply, QueueClaim } from '../store/port'
import type { Line } from './line'
import { Prefetch } from './prefetch'

/** A store gives so many jobs at once. */
const MAX_CLAIM = 1_000
/** A claim ends where the inputs exceed this: what waits in a worker must fit its memory. */
const MAX_CLAIM_BYTES = 8 * 1_024 * 1_024

export interface QueueAppetite {
  readonly name: string
  /** At most so many of this queue run in this worker. */
  readonly concurrency: number
  readonly prefetchMax: number | undefined
}

export interface AppetiteOptions {
  readonly queues: readonly QueueAppetite[]
  readonly concurrency: number
  readonly prefetchMin: number | undefined
  readonly prefetchMax: number | undefined
  /** Jobs that this worker may claim in its life; null: no limit. */
  readonly maxJobs: number | null
  /** The tasks that this worker has now. */
  lanes(): readonly string[]
  /** Whether it hears what is handed to it. */
  hears(): boolean
}

/** Decides when to claim, and what. */
export class Appetite {
  readonly #options: AppetiteOptions
  readonly #prefetch: Prefetch
  #open = false
  #mayBeDue = false
  #mayBeDueAtTurn = false
  #claiming = false
  /** A claim found nothing that may be reserved: wait until a slot is free. */
  #onlyForSlots = false
  /** There are jobs with locks about: less is held. */
  #meetsLocks = false
  #first = 0
  #left: number

  constructor(options: AppetiteOptions) {
    this.#options = options
    this.#prefetch = new Prefetch(options.prefetchMin, options.prefetchMax)
    this.#left = options.maxJobs ?? Number.POSITIVE_INFINITY
  }

  /** Whether a claim is under way, or wanted as soon as there is room. */
  get hungry(): boolean {
    return this.#claiming || (this.#open && this.#mayBeDue && this.#left > 0)
  }

  /** The jobs about have locks. */
  get meetsLocks(): boolean {
    return this.#meetsLocks
  }

  get isOpen(): boolean {
    return this.#open
  }

  get exhausted(): boolean {
    return this.#left <= 0
  }

  open(): void {
    this.#open = true
    this.#mayBeDue = true
  }

  close(): void {
    this.#open = false
  }

  wake(): void {
    this.#mayBeDue = true
  }

  /** A wake at the end of this turn of the event loop: what has ended by then travels with the claim. */
  wakeAtTurn(): void {
    this.#mayBeDueAtTurn = true
  }

  turn(): void {
    this.#mayBeDue ||= this.#mayBeDueAtTurn
    this.#mayBeDueAtTurn = false
  }

  busy(now: number): void {
    this.#prefetch.busy(now)
  }

  ended(now: number, run: { readonly startedAt: number }): void {
    this.#onlyForSlots = false
    this.#prefetch.ended(now, now - run.startedAt)
  }

  /** The claim to make now, if any; it counts as under way until `served`. */
  claim(running: ReadonlyMap<string, { readonly job: ClaimedJob }>, line: Line): Claim | null {
    if (!this.#open || !this.#mayBeDue || this.#claiming) return null
    const start = Math.min(Math.max(0, this.#options.concurrency - running.size - line.length), this.#left)
    const locked = this.#prefetch.maxLocked(performance.now(), running.size >= this.#options.concurrency)
    const reserve = Math.min(this.#reserve(start, line, locked), this.#left - start, Math.max(0, MAX_CLAIM - start))
    if (start + reserve <= 0) return null
    const queues = this.#queues(start + reserve, running, line)
    if (queues.length === 0) return null
    this.#claiming = true
    this.#mayBeDue = false
    return {
      id: newId(),
      queues,
      lanes: this.#options.lanes(),
      start,
      reserve,
      reserveLocked: Math.max(0, Math.min(reserve, locked - line.length)),
      maxBytes: MAX_CLAIM_BYTES,
      waits: start > 0 && this.#options.queues.length === 1 && this.#options.maxJobs === null && this.#options.hears(),
    }
  }

  /** A claim outside the worker's own rhythm: as many as asked, all started. */
  byHand(limit: number, lanes: readonly string[]): Claim {
    const queues = this.#rotate().map(({ name }) => ({ name, limit }))
    return { id: newId(), queues, lanes, start: limit, reserve: 0, maxBytes: MAX_CLAIM_BYTES }
  }

  /** The claim's answer was not to be had: the next wake-up or poll tries again. */
  unserved(): void {
    this.#claiming = false
  }

  /** So many jobs that were claimed went back unrun: they do not count against the limit. */
  wentBack(count: number): void {
    this.#left += count
    this.#mayBeDue = true
  }

  /** Takes the answer to a claim and gives its jobs. */
  served(claim: Claim, reply: ExchangeReply): readonly ClaimedJob[] {
    this.#claiming = false
    const { claimed, more } = reply
    this.#left -= claimed.length
    const heldBack = more && claimed.length <= claim.start
    const byLocks = heldBack && !this.#meetsLocks && (claim.reserveLocked ?? 0) < claim.reserve
    if (heldBack || claimed.length > 0) this.#meetsLocks = byLocks || claimed.some((job) => job.locks.length > 0)
    this.#onlyForSlots = heldBack && !byLocks
    if (more || claimed.length >= claim.start + claim.reserve || somewhereFull(claim.queues, claimed))
      this.#mayBeDue = true
    return claimed
  }

  #reserve(start: number, line: Line, locked: number): number {
    const max = this.#meetsLocks ? locked : this.#prefetch.max
    if (start > 0) return max
    const min = this.#meetsLocks ? Math.floor(locked / 2) : this.#prefetch.min
    if (this.#onlyForSlots || line.length > min) return 0
    return Math.max(0, max - line.length)
  }

  #queues(wanted: number, running: ReadonlyMap<string, { readonly job: ClaimedJob }>, line: Line): QueueClaim[] {
    const claims: QueueClaim[] = []
    for (const queue of this.#rotate()) {
      const limit = Math.min(wanted, room(queue, wanted, running, line))
      if (limit > 0) claims.push({ name: queue.name, limit })
    }
    return claims
  }

  /** The queues are served in turn: each claim begins with the next one. */
  #rotate(): readonly QueueAppetite[] {
    const { queues } = this.#options
    const first = this.#first++ % queues.length
    return [...queues.slice(first), ...queues.slice(0, first)]
  }
}

function room(
  queue: QueueAppetite,
  wanted: number,
  running: ReadonlyMap<string, { readonly job: ClaimedJob }>,
  line: Line,
): number {
  if (!Number.isFinite(queue.concurrency) && queue.prefetchMax === undefined) return wanted
  let runs = 0
  for (const run of running.values()) if (run.job.queue === queue.name) runs++
  const waits = line.countOf(queue.name)
  const slots = queue.concurrency - runs - waits
  const places = queue.prefetchMax === undefined ? wanted : Math.max(0, slots) + queue.prefetchMax - waits
  return Math.min(slots, places)
}

/** A queue gave all that was asked of it, which was less than there is room for: it may have more. */
function somewhereFull(queues: readonly QueueClaim[], claimed: readonly ClaimedJob[]): boolean {
  return queues.some(({ name, limit }) => claimed.filter((job) => job.queue === name).length >= limit)
}
