import type { ClaimedJob, Exchange, ExchangeReply, RequestId } from '@jobs-worker/core/store'
import { Asking } from './apart/asking'
import type { Ask } from './apart/asks'
import type { LocksApart } from './apart/locks-apart'
import type { DueChange } from './due-times'
import type { ExchangeCalls, QueueExchange, QueueReply, Wanted } from './exchange-call'
import { NO_WRITES, type PlannedStep, planExchange, type Writes } from './exchange-plan'
import type { Queues } from './queues'
import { STEP } from './step'
import type { RedisWriter } from './writer'

/** What an exchange asks of others than one queue. */
export interface Surroundings {
  readonly calls: ExchangeCalls
  readonly queues: Queues
  readonly writer: RedisWriter
  /** null where locks and queues are on one server. */
  readonly locks: LocksApart | null
  /** The worker's id, where it may claim from one more queue; null: it is not registered. */
  enter(instance: string, queue: string, request: RequestId): Promise<string | null>
}

export interface Gathered extends Omit<ExchangeReply, 'nextDueIn' | 'registered'> {
  /** undefined where no queue was asked, or none could know. */
  readonly nextDueIn: number | null | undefined
  /** As far as a queue told; null where none was asked. */
  readonly registered: boolean | null
  readonly changes: ReadonlyMap<string, DueChange>
  /** Jobs were enqueued in other queues. */
  readonly crossed: boolean
}

/**
 * One exchange: what was done to its jobs goes to their queues at once, and with it the claim to the first queue that is
 * claimed from; the other queues are asked one after another for what is left to claim. What is too much for one script is
 * several steps. Each step is remembered by itself, so that a repeated exchange goes the same way and gets the same answers.
 */
export class ExchangeRun {
  readonly #around: Surroundings
  readonly #request: RequestId
  readonly #exchange: Exchange
  readonly #settled: boolean[]
  readonly #started: boolean[]
  readonly #reported: boolean[]
  readonly #claimed: ClaimedJob[] = []
  readonly #changes = new Map<string, DueChange>()
  /** How many were claimed, by queue; and the queues of which the latest step had as many as a step may. */
  readonly #counts = new Map<string, number>()
  readonly #full = new Set<string>()
  #count = 0
  #bytes = 0
  #ended = false
  #more = false
  #registered: boolean | null = null
  #nextDueIn: number | null | undefined
  #watched = false
  #crossed = false

  constructor(around: Surroundings, request: RequestId, exchange: Exchange) {
    this.#around = around
    this.#request = request
    this.#exchange = exchange
    this.#settled = exchange.settle.map(() => false)
    this.#started = exchange.start.map(() => false)
    this.#reported = exchange.report.map(() => false)
  }

  async run(): Promise<Gathered> {
    const ended = await this.#around.locks?.end(this.#exchange.settle)
    try {
      return await this.#run()
    } finally {
      ended?.()
    }
  }

  async #run(): Promise<Gathered> {
    const plan = await planExchange(this.#around.queues, this.#exchange)
    const last = plan.at(-1) as PlannedStep
    for (const step of plan.slice(0, -1)) await this.#write(step, null)
    const [first = null, ...rest] = this.#exchange.claim?.queues.map(({ name }) => name) ?? []
    await this.#write(last, first)
    if (first !== null) await this.#goOn(first)
    for (const queue of rest) {
      if (this.#ended || this.#left() <= 0) break
      await this.#step(queue, NO_WRITES, 'c', true)
      await this.#goOn(queue)
    }
    return {
      settled: this.#settled,
      started: this.#started,
      reported: this.#reported,
      claimed: this.#claimed,
      more: this.#more,
      registered: this.#registered,
      nextDueIn: this.#nextDueIn,
      watched: this.#watched,
      changes: this.#changes,
      crossed: this.#crossed,
    }
  }

  /** @param claiming the queue that is claimed from in the same step */
  async #write({ writes, part, crossing }: PlannedStep, claiming: string | null): Promise<void> {
    const queues = new Set(writes.keys())
    if (claiming !== null) queues.add(claiming)
    const steps = [...queues].map((queue) => {
      return this.#step(queue, writes.get(queue) ?? NO_WRITES, part, queue === claiming)
    })
    await Promise.all(steps)
    if (crossing.length === 0) return
    // Of an outcome that was refused nothing is enqueued.
    const [write] = writes.values()
    if (write?.settle.some(([, place]) => this.#settled[place])) {
      await this.#around.writer.send(this.#request, part, crossing)
      this.#crossed = true
    }
  }

  async #step(queue: string, writes: Writes, part: string, claims: boolean): Promise<void> {
    const { instance } = this.#exchange
    const wanted = claims ? this.#wanted(queue) : null
    const step = { request: this.#request, part, instance, queue, writes, wanted, join: null }
    const reply = await this.#around.calls.call(step)
    this.#take(reply, writes, queue)
    if (!claims) return
    const asks = reply.registered ? reply.asks : await this.#claimAnew(step)
    if (asks.length > 0) await this.#askAndClaim(queue, part, asks)
  }

  /** The claim met jobs with locks, which are on another node: it goes on with what those say. */
  async #askAndClaim(queue: string, part: string, first: readonly Ask[]): Promise<void> {
    const asking = new Asking(this.#around.locks as LocksApart, this.#request, queue)
    let asks = first
    for (let n = 0; asks.length > 0; n++) {
      const own = `${part}l${n}.`
      await asking.ask(own, asks)
      const { instance } = this.#exchange
      const wanted = this.#wanted(queue, asking)
      const step = { request: this.#request, part: own, instance, queue, writes: NO_WRITES, wanted, join: null }
      const reply = await this.#around.calls.call(step)
      this.#take(reply, NO_WRITES, queue)
      asks = reply.asks
    }
    if (asking.exhausted) {
      this.#ended = true
      this.#more = true
    }
    await asking.end(this.#claimed)
  }

  /** Claims from a queue what one step of it could not. */
  async #goOn(queue: string): Promise<void> {
    for (let n = 1; this.#full.delete(queue) && !this.#ended; n++) {
      if ((this.#wanted(queue)?.limit ?? 0) > 0) await this.#step(queue, NO_WRITES, `c${n}.`, true)
    }
  }

  /** The queue does not know the worker: it is not registered, or has not claimed from this queue before. */
  async #claimAnew(step: QueueExchange): Promise<readonly Ask[]> {
    const join = await this.#around.enter(step.instance, step.queue, step.request)
    this.#registered ||= join !== null
    if (join === null) return []
    const reply = await this.#around.calls.call({ ...step, writes: NO_WRITES, part: `j${step.part}`, join })
    this.#take(reply, NO_WRITES, step.queue)
    return reply.asks
  }

  #left(): number {
    const { claim } = this.#exchange
    return claim === null ? 0 : claim.start + claim.reserve - this.#count
  }

  #wanted(queue: string, asking: Asking | null = null): Wanted | null {
    const { claim } = this.#exchange
    if (claim === null) return null
    const limit = claim.queues.find(({ name }) => name === queue)?.limit ?? 0
    return {
      claim,
      limit: Math.min(limit - (this.#counts.get(queue) ?? 0), this.#left(), STEP),
      start: Math.max(0, claim.start - this.#count),
      soon: Math.max(0, claim.start + (claim.reserveLocked ?? 0) - this.#count),
      bytes: claim.maxBytes - this.#bytes,
      any: this.#count > 0,
      verdicts: asking?.verdicts ?? [],
      mayAsk: asking === null || !asking.exhausted,
    }
  }

  #take(reply: QueueReply, writes: Writes, queue: string): void {
    note(this.#settled, writes.settle, reply.settled)
    note(this.#started, writes.start, reply.started)
    note(this.#reported, writes.report, reply.reported)
    this.#claimed.push(...reply.claimed)
    this.#count += reply.count
    this.#counts.set(queue, (this.#counts.get(queue) ?? 0) + reply.count)
    if (reply.count === STEP && !reply.heldBack) this.#full.add(queue)
    this.#bytes += reply.bytes
    this.#ended ||= reply.ended
    this.#more ||= reply.ended || reply.heldBack
    this.#watched ||= reply.watched
    this.#registered ||= reply.registered || null
    this.#nextDueIn = reply.nextDueIn
    if (reply.due !== null) this.#changes.set(queue, reply.due)
  }
}

function note(verdicts: boolean[], items: readonly (readonly [unknown, number])[], digits: string): void {
  for (const [at, [, place]] of items.entries()) if (digits[at] === '1') verdicts[place] = true
}
