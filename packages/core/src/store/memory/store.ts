import { InvalidError, StoreClosedError, TransactionsUnsupportedError } from '../../model/errors'
import type { Keep } from '../../model/job'
import {
  type AdminVerdict,
  type Capabilities,
  type EnqueueReply,
  type Exchange,
  type ExchangeReply,
  type ExtendReply,
  type Fence,
  type Hint,
  type JobRecord,
  type LaneRecord,
  type ListFilter,
  type ListPage,
  type NewJob,
  PORT_VERSION,
  type PromoteReply,
  type QueueRecord,
  type RecoverOptions,
  type Registration,
  type RequestId,
  type Schedules,
  type Signal,
  type StepReply,
  type Store,
  type WorkerInfo,
  type WorkerRecord,
} from '../port'
import { cancelJob, makeJobDue, removeJob, retryJob } from './admin'
import { Channel } from './channel'
import { claimJobs, inHand, NOTHING, type Taken } from './claim'
import { enqueueJob } from './enqueue'
import { type Entry, toRecord } from './entry'
import { Jobs } from './jobs'
import { listJobs } from './list'
import { MemoryLocks } from './locks'
import { recoverJob } from './recover'
import { Requests } from './requests'
import { MemorySchedules } from './schedules'
import { fenced, report, settle, start } from './settle'
import { Workers } from './workers'

/** A reply as it is remembered. */
type ExchangeAnswer = Omit<ExchangeReply, 'claimed'> & { readonly taken: Taken }

/** How long a turn waits for a claim, in ms, where `recover` is not told. */
const TURN = 30_000

export interface MemoryStoreOptions {
  /** The store's clock, in milliseconds since 1970. @default Date.now */
  readonly now?: () => number
}

/** A store in this process's memory: gone with it, nothing to install. For tests and development. */
export function memoryStore(options: MemoryStoreOptions = {}): MemoryStore {
  return new MemoryStore(options)
}

/**
 * The in-memory store, and the reference for what the port means. Every call does all its work at once, before it
 * returns its promise: that is what makes each of them one step.
 */
export class MemoryStore implements Store {
  readonly portVersion = PORT_VERSION
  readonly name = 'memory'
  readonly capabilities: Capabilities = { processes: 'one', durable: false, transactions: false, locks: true }
  readonly schedules: Schedules
  readonly locks: MemoryLocks
  private readonly jobs: Jobs
  private readonly registry: Workers
  private readonly channel: Channel
  private readonly enqueues: Requests<EnqueueReply>
  private readonly exchanges: Requests<ExchangeAnswer>
  private closed = false

  constructor({ now = Date.now }: MemoryStoreOptions = {}) {
    if (typeof now !== 'function') throw new InvalidError('now', now, 'a function that answers milliseconds')
    this.channel = new Channel(now)
    this.jobs = new Jobs(now, (queue) => this.channel.wake(queue))
    this.locks = new MemoryLocks(this.jobs, this.channel, (work) => this.step(work))
    this.registry = new Workers(now)
    this.enqueues = new Requests(now)
    this.exchanges = new Requests(now)
    this.schedules = new MemorySchedules(this.jobs, this.channel, (work) => this.step(work))
  }

  open(): Promise<void> {
    return this.step(() => {})
  }

  async close(): Promise<void> {
    this.closed = true
    this.channel.close()
  }

  migrate(): Promise<readonly string[]> {
    return this.step(() => [])
  }

  enqueue(request: RequestId, jobs: readonly NewJob[]): Promise<EnqueueReply> {
    const store = () => ({ jobs: jobs.map((job) => enqueueJob(this.jobs, job)), watched: this.channel.watched })
    return this.step(() => this.enqueues.once(request, store))
  }

  enqueueIn(): Promise<EnqueueReply> {
    return this.step(() => {
      throw new TransactionsUnsupportedError(this.name)
    })
  }

  register(worker: WorkerInfo, evict?: { readonly instance: string; readonly beatAge: number }): Promise<Registration> {
    return this.step(() => this.registry.register(worker, evict))
  }

  unregister(instance: string): Promise<void> {
    return this.step(() => this.registry.remove(instance))
  }

  exchange(request: RequestId, exchange: Exchange): Promise<ExchangeReply> {
    return this.step(() => {
      const { taken, ...reply } = this.exchanges.once(request, () => this.exchangeOnce(exchange))
      return { ...reply, claimed: inHand(this.jobs, taken) }
    })
  }

  extend(instance: string, leases: readonly Fence[]): Promise<ExtendReply> {
    return this.step(() => ({
      registered: this.registry.beat(instance),
      lost: leases.filter((lease) => !fenced(this.jobs, lease)).map(({ id }) => id),
      cancelled: leases.filter((lease) => fenced(this.jobs, lease)?.cancel).map(({ id }) => id),
      paused: (this.registry.get(instance)?.queues ?? []).filter((name) => this.jobs.queues.get(name)?.paused),
      nextDueIn: this.jobs.nextDueIn(),
      watched: this.channel.watched,
    }))
  }

  recover(options: RecoverOptions): Promise<StepReply> {
    return this.step(() => {
      const dead = [...this.jobs.held].filter(([instance]) => !this.registry.lives(instance))
      const lost = dead.flatMap(([, held]) => [...held])
      for (const entry of lost.slice(0, options.limit)) recoverJob(this.jobs, entry, options)
      this.jobs.offer(this.jobs.locks.expire())
      this.jobs.passTurns(this.jobs.now() - (options.turn ?? TURN))
      const more = lost.length > options.limit
      if (!more) this.registry.expire()
      return { count: Math.min(lost.length, options.limit), more }
    })
  }

  promote(limit: number): Promise<PromoteReply> {
    return this.step(() => {
      let count = 0
      for (; count < limit && this.jobs.nextDueIn() === 0; count += 1) this.jobs.promote()
      const nextDueIn = this.jobs.nextDueIn()
      return { count, more: nextDueIn === 0, nextDueIn }
    })
  }

  prune(limit: number): Promise<StepReply> {
    return this.step(() => {
      let count = 0
      for (; count < limit && this.jobs.hasExpired(); count += 1) this.jobs.dropExpired()
      return { count, more: this.jobs.hasExpired() }
    })
  }

  get(id: string): Promise<JobRecord | null> {
    return this.step(() => {
      const entry = this.jobs.find(id)
      return entry ? toRecord(entry) : null
    })
  }

  list(filter: ListFilter): Promise<ListPage> {
    return this.step(() => listJobs(this.jobs, filter))
  }

  queues(): Promise<readonly QueueRecord[]> {
    return this.step(() =>
      [...this.jobs.queues.values()]
        .map(({ name, paused, counts }) => ({ name, paused, counts: { ...counts } }))
        .sort((a, b) => (a.name < b.name ? -1 : 1)),
    )
  }

  unserved(queues: readonly string[]): Promise<readonly LaneRecord[]> {
    return this.step(() =>
      queues
        .flatMap((queue) => (this.jobs.queues.get(queue)?.waiting() ?? []).map((lane) => ({ queue, lane })))
        .filter((lane) => !this.registry.serves(lane)),
    )
  }

  workers(): Promise<readonly WorkerRecord[]> {
    return this.step(() => this.registry.list())
  }

  cancel(ids: readonly string[], keep: Keep): Promise<readonly AdminVerdict[]> {
    return this.each(ids, (entry) => cancelJob(this.jobs, entry, keep)).then((verdicts) => this.asked(verdicts))
  }

  retry(ids: readonly string[]): Promise<readonly AdminVerdict[]> {
    return this.each(ids, (entry) => retryJob(this.jobs, entry))
  }

  makeDue(ids: readonly string[]): Promise<readonly AdminVerdict[]> {
    return this.each(ids, (entry) => makeJobDue(this.jobs, entry))
  }

  remove(ids: readonly string[]): Promise<readonly AdminVerdict[]> {
    return this.each(ids, (entry) => removeJob(this.jobs, entry)).then((verdicts) => this.asked(verdicts))
  }

  pause(queue: string): Promise<void> {
    return this.step(() => {
      this.jobs.queue(queue).paused = true
      this.channel.signal({ kind: 'paused', queue })
    })
  }

  resume(queue: string): Promise<void> {
    return this.step(() => {
      this.jobs.queue(queue).paused = false
      this.channel.signal({ kind: 'resumed', queue })
    })
  }

  subscribe(listener: (signal: Signal) => void): Promise<() => Promise<void>> {
    return this.step(() => {
      const end = this.channel.subscribe(listener)
      return async () => end()
    })
  }

  watch(ttl: number): Promise<void> {
    return this.step(() => this.channel.watch(ttl))
  }

  publish(origin: string, hints: readonly Hint[]): Promise<void> {
    return this.step(() => this.channel.hint(origin, hints))
  }

  private exchangeOnce({
    instance,
    settle: outcomes,
    start: starts,
    report: reports,
    claim,
  }: Exchange): ExchangeAnswer {
    const settled = outcomes.map((outcome) => settle(this.jobs, outcome))
    const started = starts.map((begun) => start(this.jobs, begun))
    const reported = reports.map((news) => report(this.jobs, news))
    const worker = this.registry.get(instance)
    const taken = claim && worker ? claimJobs(this.jobs, claim, worker) : NOTHING
    return {
      settled,
      started,
      reported,
      taken,
      more: taken.more,
      nextDueIn: this.jobs.nextDueIn(),
      registered: worker !== undefined,
      watched: this.channel.watched,
    }
  }

  private each(ids: readonly string[], change: (entry: Entry) => AdminVerdict): Promise<readonly AdminVerdict[]> {
    return this.step(() =>
      ids.map((id) => {
        const entry = this.jobs.find(id)
        return entry ? change(entry) : 'unknown'
      }),
    )
  }

  /** Tells workers where one of them is to stop a job. */
  private asked(verdicts: readonly AdminVerdict[]): readonly AdminVerdict[] {
    if (verdicts.includes('requested')) this.channel.signal({ kind: 'cancel' })
    return verdicts
  }

  // An async function runs at once up to its first await, and here there is none.
  private async step<T>(work: () => T): Promise<T> {
    if (this.closed) throw new StoreClosedError(this.name)
    return work()
  }
}
