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
  type Signal,
  type StepReply,
  type Store,
  StoreClosedError,
  type WorkerInfo,
  type WorkerRecord,
} from '@jobs-worker/core/store'
import { MongoAdmin } from './admin'
import { Channel } from './channel'
import { MongoClaimer } from './claimer'
import type { Connection } from './connection'
import { MongoKeeper } from './keeper'
import { Ledger } from './ledger'
import { checkSchema, migrate } from './migrate'
import type { CheckedOptions } from './options'
import { MongoQuery } from './query'
import { Queues } from './queues'
import { Requests } from './requests'
import { MongoSchedules } from './schedules'
import { MongoSignals } from './signals'
import { MongoWriter } from './writer'

/** A store on MongoDB. Each part of the port is an object; this one opens and closes. */
export class MongoStore implements Store {
  readonly portVersion = PORT_VERSION
  readonly name = 'mongo'
  readonly capabilities: Capabilities = { processes: 'many', durable: true, transactions: true }
  readonly schedules: MongoSchedules
  readonly #connection: Connection
  readonly #ledger: Ledger
  readonly #requests: Requests
  readonly #channel: Channel
  readonly #writer: MongoWriter
  readonly #claimer: MongoClaimer
  readonly #keeper: MongoKeeper
  readonly #query: MongoQuery
  readonly #admin: MongoAdmin
  readonly #signals: MongoSignals
  readonly #working = new Set<Promise<unknown>>()
  #options: OpenOptions
  #connecting: Promise<void> | null = null
  #opening: Promise<void> | null = null
  #isOpen = false
  #closing: Promise<void> | null = null

  /** @internal Made by `mongoStore`. */
  constructor(connection: Connection, { migrate }: CheckedOptions) {
    const queues = new Queues(connection)
    this.#connection = connection
    this.#options = { migrate }
    this.#ledger = new Ledger(connection)
    this.#requests = new Requests(connection, this.#ledger)
    this.#channel = new Channel(connection)
    this.#writer = new MongoWriter(connection, queues, this.#ledger, this.#channel)
    const around = { connection, requests: this.#requests, queues, writer: this.#writer }
    this.#claimer = new MongoClaimer(around, this.#channel)
    this.#keeper = new MongoKeeper(connection, queues, this.#ledger, this.#channel)
    this.#query = new MongoQuery(connection, queues, this.#ledger)
    this.#admin = new MongoAdmin(connection, queues, this.#ledger, this.#channel)
    this.schedules = new MongoSchedules(connection, queues, this.#ledger, this.#channel, (work) => this.#run(work))
    this.#signals = new MongoSignals(connection, queues, this.#channel)
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
      return migrate(this.#connection)
    })
  }

  enqueue(request: RequestId, jobs: readonly NewJob[]): Promise<EnqueueReply> {
    return this.#run(() => this.#writer.enqueue(request, jobs))
  }

  enqueueIn(tx: unknown, jobs: readonly NewJob[]): Promise<EnqueueReply> {
    return this.#run(() => this.#writer.enqueueIn(tx, jobs))
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
    if (this.#options.migrate === false) await checkSchema(this.#connection)
    else await migrate(this.#connection)
    this.#isOpen = true
  }

  #connected(): Promise<void> {
    this.#connecting ??= this.#connection.check().catch((error) => {
      this.#connecting = null
      throw error
    })
    return this.#connecting
  }

  async #close(): Promise<void> {
    await Promise.allSettled([this.#opening, this.#connecting, ...this.#working])
    await Promise.all([this.#channel.close(), this.#requests.close(), this.#ledger.close()])
    await this.#connection.close()
  }
}

function forget(): void {}
