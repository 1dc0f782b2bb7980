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
  type Keep,
  type LaneRecord,
  type ListFilter,
  type ListPage,
  type NewJob,
  type OpenOptions,
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
  StoreClosedError,
  type WorkerInfo,
  type WorkerRecord,
} from '@jobs-worker/core/store'
import { RedisAdmin } from './admin'
import { Channel } from './channel'
import { RedisClaimer } from './claimer'
import type { Connection } from './connection'
import { DueTimes } from './due-times'
import { ExchangeCalls } from './exchange-call'
import { RedisKeeper } from './keeper'
import { Keys } from './keys'
import { RedisLocks } from './locks'
import { checkSchema, migrate } from './migrate'
import type { CheckedOptions } from './options'
import { RedisQuery } from './query'
import { Queues } from './queues'
import { RedisSchedules } from './schedules'
import { RedisSignals } from './signals'
import { RedisWriter } from './writer'

/** A store on Redis. Each part of the port is an object; this one opens and closes. */
export class RedisStore implements Store {
  readonly portVersion = PORT_VERSION
  readonly name = 'redis'
  readonly capabilities: Capabilities
  readonly schedules: Schedules
  /** Not on a cluster: jobs and locks would be on different nodes. */
  readonly locks?: RedisLocks
  readonly #connection: Connection
  readonly #keys: Keys
  readonly #channel: Channel
  readonly #writer: RedisWriter
  readonly #claimer: RedisClaimer
  readonly #keeper: RedisKeeper
  readonly #query: RedisQuery
  readonly #admin: RedisAdmin
  readonly #signals: RedisSignals
  readonly #allowEviction: boolean
  readonly #working = new Set<Promise<unknown>>()
  #options: OpenOptions
  #connecting: Promise<void> | null = null
  #opening: Promise<void> | null = null
  #isOpen = false
  #closing: Promise<void> | null = null

  /** @internal Made by `redisStore`. */
  constructor(connection: Connection, { prefix, migrate, durable, allowEviction }: CheckedOptions) {
    const keys = new Keys(prefix)
    const queues = new Queues(connection, keys)
    const due = new DueTimes(connection, keys)
    this.capabilities = { processes: 'many', durable, transactions: false, locks: connection.whole }
    if (connection.whole) connection.share(keys.common)
    this.#connection = connection
    this.#keys = keys
    this.#options = { migrate }
    this.#allowEviction = allowEviction
    this.#channel = new Channel(connection, keys)
    this.#writer = new RedisWriter(connection, keys, queues, due, this.#channel)
    const calls = new ExchangeCalls(connection, keys, queues, this.#channel)
    this.#claimer = new RedisClaimer(connection, keys, queues, due, calls, this.#writer)
    this.#keeper = new RedisKeeper(connection, keys, queues, due, this.#channel)
    const run = <T>(work: () => Promise<T>) => this.#run(work)
    if (connection.whole) this.locks = new RedisLocks(connection, keys, queues, this.#channel, run)
    this.#query = new RedisQuery(connection, keys, queues)
    this.#admin = new RedisAdmin(connection, keys, queues, due, this.#channel)
    this.#signals = new RedisSignals(connection, keys, queues, this.#channel)
    this.schedules = new RedisSchedules(connection, keys, queues, due, this.#channel, (work) => this.#run(work))
  }

  async open(options: OpenOptions = {}): Promise<void> {
    this.#checkNotClosed()
    if (this.#opening === null) this.#options = { ...this.#options, ...options }
    await this.#opened()
  }

  /** Lets what was asked before end. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  migrate(): Promise<readonly string[]> {
    return this.#track(async () => {
      await this.#connected()
      return migrate(this.#connection, this.#keys)
    })
  }

  enqueue(request: RequestId, jobs: readonly NewJob[]): Promise<EnqueueReply> {
    return this.#run(() => this.#writer.enqueue(request, jobs))
  }

  enqueueIn(): Promise<EnqueueReply> {
    return this.#run(() => this.#writer.enqueueIn())
  }

  register(worker: WorkerInfo, evict?: { readonly instance: string; readonly beatAge: number }): Promise<Registration> {
    return this.#run(() => this.#claimer.register(worker, evict))
  }

  unregister(instance: string): Promise<void> {
    return this.#run(() => this.#claimer.unregister(instance))
  }

  exchange(request: RequestId, exchange: Exchange): Promise<ExchangeReply> {
    return this.#run(() => this.#claimer.exchange(request, exchange))
  }

  extend(instance: string, leases: readonly Fence[]): Promise<ExtendReply> {
    return this.#run(() => this.#claimer.extend(instance, leases))
  }

  recover(options: RecoverOptions): Promise<StepReply> {
    return this.#run(() => this.#keeper.recover(options))
  }

  promote(limit: number): Promise<PromoteReply> {
    return this.#run(() => this.#keeper.promote(limit))
  }

  prune(limit: number): Promise<StepReply> {
    return this.#run(() => this.#keeper.prune(limit))
  }

  get(id: string): Promise<JobRecord | null> {
    return this.#run(() => this.#query.get(id))
  }

  list(filter: ListFilter): Promise<ListPage> {
    return this.#run(() => this.#query.list(filter))
  }

  queues(): Promise<readonly QueueRecord[]> {
    return this.#run(() => this.#query.queues())
  }

  unserved(queues: readonly string[]): Promise<readonly LaneRecord[]> {
    return this.#run(() => this.#query.unserved(queues))
  }

  workers(): Promise<readonly WorkerRecord[]> {
    return this.#run(() => this.#query.workers())
  }

  cancel(ids: readonly string[], keep: Keep): Promise<readonly AdminVerdict[]> {
    return this.#run(() => this.#admin.cancel(ids, keep))
  }

  retry(ids: readonly string[]): Promise<readonly AdminVerdict[]> {
    return this.#run(() => this.#admin.retry(ids))
  }

  makeDue(ids: readonly string[]): Promise<readonly AdminVerdict[]> {
    return this.#run(() => this.#admin.makeDue(ids))
  }

  remove(ids: readonly string[]): Promise<readonly AdminVerdict[]> {
    return this.#run(() => this.#admin.remove(ids))
  }

  pause(queue: string): Promise<void> {
    return this.#run(() => this.#admin.pause(queue))
  }

  resume(queue: string): Promise<void> {
    return this.#run(() => this.#admin.resume(queue))
  }

  subscribe(listener: (signal: Signal) => void): Promise<() => Promise<void>> {
    return this.#run(() => this.#signals.subscribe(listener))
  }

  watch(ttl: number): Promise<void> {
    return this.#run(() => this.#signals.watch(ttl))
  }

  publish(origin: string, hints: readonly Hint[]): Promise<void> {
    return this.#run(() => this.#signals.publish(origin, hints))
  }

  /** Once open, work begins before this returns: that is what keeps calls in order. */
  #run<T>(work: () => Promise<T>): Promise<T> {
    return this.#track(() => (this.#isOpen ? work() : this.#opened().then(work)))
  }

  #track<T>(work: () => Promise<T>): Promise<T> {
    let working: Promise<T>
    try {
      this.#checkNotClosed()
      working = work()
    } catch (error) {
      return Promise.reject(error)
    }
    const settled = working.then(forget, forget)
    this.#working.add(settled)
    void settled.then(() => this.#working.delete(settled))
    return working
  }

  #checkNotClosed(): void {
    if (this.#closing !== null) throw new StoreClosedError(this.name)
  }

  /** What failed is tried again by the next call. */
  #opened(): Promise<void> {
    this.#opening ??= this.#open().catch((error) => {
      this.#opening = null
      throw error
    })
    return this.#opening
  }

  async #open(): Promise<void> {
    await this.#connected()
    if (this.#options.migrate === false) await checkSchema(this.#connection, this.#keys)
    else await migrate(this.#connection, this.#keys)
    this.#isOpen = true
  }

  #connected(): Promise<void> {
    this.#connecting ??= this.#connection.check(this.#allowEviction).catch((error) => {
      this.#connecting = null
      throw error
    })
    return this.#connecting
  }

  async #close(): Promise<void> {
    await Promise.allSettled([this.#opening, this.#connecting, ...this.#working])
    await this.#channel.close()
    await this.#connection.close()
  }
}

function forget(): void {}
