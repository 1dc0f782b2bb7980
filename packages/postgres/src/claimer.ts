import type {
  Claim,
  ClaimedJob,
  Exchange,
  ExchangeReply,
  ExtendReply,
  Fence,
  Outcome,
  Registration,
  RequestId,
  WorkerInfo,
} from '@jobs-worker/core/store'
import type { Calls } from './calls'
import type { Channel } from './channel'
import type { Param, Row } from './database'
import { type Line, toClaimed, toLines } from './decode'
import {
  completedParams,
  fences,
  othersParam,
  reportParam,
  type SplitOutcomes,
  splitOutcomes,
  startParams,
} from './encode-exchange'
import { Floors } from './floors'
import type { Lane, Lanes } from './lanes'
import { textArray, uuidOrNil } from './text'

/** A beat that hangs on a dead connection must not outlast the lease, so it is given up early, in ms. */
const BEAT_TIMEOUT = 4_000

const NO_CLAIM: readonly Param[] = [null, null, null, null, null, null, null, null, null, null]

export class PostgresClaimer {
  readonly #calls: Calls
  readonly #channel: Channel
  readonly #lanes: Lanes
  readonly #floors = new Floors()
  readonly #spans = new Map<string, number>()
  /** Ids of the workers that this process registered, by instance. */
  readonly #workers = new Map<string, string>()

  constructor(calls: Calls, channel: Channel, lanes: Lanes) {
    this.#calls = calls
    this.#channel = channel
    this.#lanes = lanes
    channel.onRelease = () => this.#floors.reset()
  }

  async register(
    worker: WorkerInfo,
    evict?: { readonly instance: string; readonly beatAge: number },
  ): Promise<Registration> {
    const row = await this.#calls.row('register', [
      worker.instance,
      worker.id,
      worker.host,
      worker.pid,
      textArray(worker.queues),
      textArray(worker.lanes),
      Math.round(worker.leaseMs),
      evict === undefined ? null : uuidOrNil(evict.instance),
      evict === undefined ? null : Math.round(evict.beatAge),
    ])
    if (row.holder === null) {
      this.#workers.set(worker.instance, worker.id)
      return { registered: true }
    }
    const holder = { instance: String(row.holder), host: String(row.holder_host), pid: Number(row.holder_pid) }
    return { registered: false, holder: { ...holder, beatAge: Number(row.holder_age) } }
  }

  async unregister(instance: string): Promise<void> {
    this.#workers.delete(instance)
    await this.#calls.row('unregister', [uuidOrNil(instance)])
  }

  async exchange(request: RequestId, exchange: Exchange): Promise<ExchangeReply> {
    const outcomes = splitOutcomes(exchange.settle)
    const released = outcomes.others.some((outcome) => outcome.kind === 'release')
    const wake = released ? 'release' : outcomes.others.some(goesOn) && this.#channel.mayWake() ? 'wake' : null
    // What this step gives back stands below the floors, and its own claim comes after.
    // What is released here may be claimed again by this very exchange.
    if (released) this.#floors.reset()
    const whole = exchange.claim !== null && this.#floors.resetIfOld(performance.now())
    const { resets } = this.#floors
    const begun = performance.now()
    const row = await this.#calls.row('exchange', [
      request.client,
      request.number,
      uuidOrNil(exchange.instance),
      ...completedParams(outcomes),
      othersParam(outcomes.others),
      ...startParams(exchange.start),
      reportParam(exchange.report),
      ...this.#claimParams(exchange.claim),
      wake,
      this.#channel.sender,
    ])
    if (whole) this.#floors.took(performance.now() - begun)

    const lines = toLines(row.taken as string | null)
    await this.#lanes.load(lines.map((line) => line.lane))
    if (exchange.claim !== null) this.#learn(exchange.claim, lines, resets === this.#floors.resets)
    if (row.waiting !== null) this.#channel.woke(row.waiting as string[], wake !== null)
    return {
      settled: settled(exchange.settle.length, outcomes, row),
      started: accepted(exchange.start.length, row.refused_starts),
      reported: accepted(exchange.report.length, row.refused_reports),
      claimed: exchange.claim === null ? [] : this.#toClaimed(lines, exchange.claim.id, exchange.instance),
      more: row.more === true,
      nextDueIn: row.next_due === null ? null : Number(row.next_due),
      registered: row.registered === true,
      watched: row.watched === true,
    }
  }

  async extend(instance: string, leases: readonly Fence[]): Promise<ExtendReply> {
    const row = await this.#calls.row('extend', [uuidOrNil(instance), ...fences(leases)], BEAT_TIMEOUT)
    return {
      lost: toIds(row.lost),
      cancelled: toIds(row.cancelled),
      paused: row.paused as string[],
      nextDueIn: row.next_due === null ? null : Number(row.next_due),
      registered: row.registered === true,
      watched: row.watched === true,
    }
  }

  #claimParams(claim: Claim | null): readonly Param[] {
    if (claim === null) return NO_CLAIM
    return [
      claim.id,
      textArray(claim.queues.map((queue) => queue.name)),
      claim.queues.map((queue) => queue.limit).join(','),
      textArray(claim.lanes),
      claim.start,
      claim.reserve,
      claim.start + (claim.reserveLocked ?? 0),
      claim.maxBytes,
      this.#floors.toJson(this.#served(claim)),
      claim.queues.map((queue) => this.#spans.get(queue.name) ?? queue.limit).join(','),
    ]
  }

  *#served(claim: Claim): Iterable<number> {
    const queues = new Set(claim.queues.map((queue) => queue.name))
    const lanes = new Set(claim.lanes)
    for (const [id, lane] of this.#lanes.entries()) if (queues.has(lane.queue) && lanes.has(lane.lane)) yield id
  }

  /**
   * Where the next claim begins, and how far apart the jobs of each queue lie.
   * @param current no jobs came back behind this claim's beginning while it was under way
   */
  #learn(claim: Claim, lines: readonly Line[], current: boolean): void {
    const wanted = Math.min(claim.start + claim.reserve, sum(claim.queues.map((queue) => queue.limit)))
    if (lines.length < wanted) this.#floors.reset()
    else if (current) this.#floors.lift(lines)
    for (const { name } of claim.queues) {
      const own = lines.filter((line) => this.#lanes.get(line.lane)?.queue === name)
      const [first, last] = [own[0], own.at(-1)]
      if (first === undefined || last === undefined || first.rank !== last.rank) continue
      this.#spans.set(name, last.seq - first.seq + 1)
    }
  }

  #toClaimed(lines: readonly Line[], claim: string, instance: string): ClaimedJob[] {
    const worker = this.#workers.get(instance) ?? null
    return lines.map((line) => toClaimed(line, this.#lanes.get(line.lane) as Lane, claim, worker))
  }
}

function goesOn({ kind }: Outcome): boolean {
  return kind === 'retry' || kind === 'postpone'
}

function settled(count: number, outcomes: SplitOutcomes, row: Row): boolean[] {
  const all = new Array<boolean>(count).fill(true)
  for (const number of toNumbers(row.refused)) all[outcomes.completedAt[number - 1] as number] = false
  for (const number of toNumbers(row.refused_others)) all[outcomes.othersAt[number - 1] as number] = false
  return all
}

function accepted(count: number, refused: unknown): boolean[] {
  const all = new Array<boolean>(count).fill(true)
  for (const number of toNumbers(refused)) all[number - 1] = false
  return all
}

function toNumbers(text: unknown): number[] {
  return typeof text === 'string' && text !== '' ? text.split(',').map(Number) : []
}

function toIds(text: unknown): string[] {
  return typeof text === 'string' && text !== '' ? text.split(',') : []
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
