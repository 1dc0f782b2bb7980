import type { Fence, LockRequest, RequestId, ScheduleRecord } from '@jobs-worker/core/store'
import { Names } from './names'
import type { Pair } from './pair'
import type { FencePlan } from './step'

const HOUR = 3_600_000

/** A run of one sequence: the two stores, and what came up so far. */
export class World {
  readonly names = new Names()
  readonly pair: Pair
  /** The store under test has locks; without them a sequence goes its way as if nobody had asked for any. */
  readonly hasLocks: boolean
  /** Ids of all acquisitions, in order. */
  readonly acquisitions: string[] = []
  /** Ids of all jobs that were sent, in order. */
  readonly sent: string[] = []
  /** Every fence that a claim gave, in order. */
  readonly fences: Fence[] = []
  /** Those of them whose run has not ended, as far as the reference has told. */
  readonly held = new Set<Fence>()
  /** Schedules that were taken, in order, as each of the stores showed them. */
  readonly taken: (readonly [reference: ScheduleRecord, subject: ScheduleRecord])[] = []
  /** Sends a past request again, to both stores. */
  readonly repeats: (() => Promise<void>)[] = []
  /** When the last job that becomes due soon is due, by this process's clock. */
  soon = 0
  /** A worker was taken off the list at some time. */
  workersLeft = false
  #requests = 0
  #delays = 0

  constructor(pair: Pair) {
    this.pair = pair
    this.hasLocks = pair.subject.locks !== undefined
  }

  request(): RequestId {
    this.#requests += 1
    return { client: this.names.client, number: this.#requests }
  }

  /** No two are equal, nor near enough for two clocks to order them differently. */
  laterDelay(): number {
    this.#delays += 1
    // Scattered, so that the order of becoming due is not that of asking.
    return HOUR + ((this.#delays * 7) % 1000) * 240_000
  }

  /** A time of a schedule, later than all before, long gone or far ahead. */
  scheduleTime(due: boolean): number {
    this.#delays += 1
    return (due ? 1_000_000_000_000 : 9_000_000_000_000) + this.#delays * 1_000
  }

  locks(plan: readonly number[]): LockRequest[] {
    return this.hasLocks ? plan.map((n) => ({ key: this.names.lock(n), slots: 1 })) : []
  }

  /** The latest comes first. */
  job(back: number): string | undefined {
    return this.sent.at(-1 - back)
  }

  fence({ from, back }: FencePlan): Fence | undefined {
    const fences = from === 'held' ? [...this.held] : this.fences
    const fence = fences.length === 0 ? undefined : fences.at(-1 - (back % fences.length))
    return fence && from === 'forged' ? { ...fence, claim: this.names.client } : fence
  }

  /** Fences of different jobs. */
  pickFences<Plan extends FencePlan>(plans: readonly Plan[]): (readonly [Plan, Fence])[] {
    const picked = new Map<string, readonly [Plan, Fence]>()
    for (const plan of plans) {
      const fence = this.fence(plan)
      if (fence && !picked.has(fence.id)) picked.set(fence.id, [plan, fence])
    }
    return [...picked.values()]
  }

  noteClaimed(jobs: readonly Fence[]): void {
    for (const { id, run, claim } of jobs) {
      const fence = { id, run, claim }
      this.fences.push(fence)
      this.held.add(fence)
    }
  }
}
