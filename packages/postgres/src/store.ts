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
import { PostgresAdmin } from './admin'
import { Calls } from './calls'
import { Channel } from './channel'
import { PostgresClaimer } from './claimer'
import type { Database } from './database'
import { PostgresKeeper } from './keeper'
import { Lanes } from './lanes'
import { PostgresLocks } from './locks'
import { checkSchema, migrate } from './migrate'
import { PostgresQuery } from './query'
import { PostgresSchedules } from './schedules'
import type { Schema } from './schema'
import { PostgresSignals } from './signals'
import { PostgresWriter } from './writer'

/** A store on PostgreSQL, whichever way it is reached. Each part of the port is an object; this one opens and closes. */
export class PostgresStore implements Store {
  readonly portVersion = PORT_VERSION
  readonly name: string
  readonly capabilities: Capabilities
  readonly schedules: Schedules
  readonly locks: PostgresLocks
  readonly #database: Database
  readonly #schema: Schema
  readonly #channel: Channel
  readonly #writer: PostgresWriter
  readonly #claimer: PostgresClaimer
  readonly #keeper: PostgresKeeper
  readonly #query: PostgresQuery
  readonly #admin: PostgresAdmin
  readonly #signals: PostgresSignals
  readonly #working = new Set<Promise<unknown>>()
  #options: OpenOptions
  #connecting: Promise<void> | null = null
  #opening: Promise<void> | null = null
  #isOpen = false
  #closing: Promise<void> | null = null

  /** @internal Made by `postgresStore` and `pgliteStore`. */
  constructor(capabilities: Capabilities, database: Database, schema: Schema, options: OpenOptions) {
    const calls = new Calls(database, schema)
    const lanes = new Lanes(database, schema)
    this.name = database.name
    this.capabilities = capabilities
    this.#database = database
    this.#schema = schema
    this.#options = options
    this.#channel = new Channel(database, schema, calls, capabilities.processes === 'many')
    this.#writer = new PostgresWriter(calls, this.#channel, () => database.hasRoom())
    this.#claimer = new PostgresClaimer(calls, this.#channel, lanes)
    this.#keeper = new PostgresKeeper(calls, this.#channel, () => database.tidy(schema.name))
    this.#query = new PostgresQuery(calls, lanes)
    this.#admin = new PostgresAdmin(calls, this.#channel)
    this.#signals = new PostgresSignals(calls, this.#channel)
    this.schedules = new PostgresSchedules(calls, this.#channel, (work) => this.#run(work))
    this.locks = new PostgresLocks(calls, this.#channel, (work) => this.#run(work))
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
      return migrate(this.#database, this.#schema)
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
    if (this.#options.migrate === false) await checkSchema(this.#database, this.#schema)
    else await migrate(this.#database, this.#schema)
    this.#isOpen = true
  }

  #connected(): Promise<void> {
    this.#connecting ??= this.#database.open().catch((error) => {
      this.#connecting = null
      throw error
    })
    return this.#connecting
  }

  async #close(): Promise<void> {
    await Promise.allSettled([this.#opening, this.#connecting, ...this.#working])
    await this.#channel.close()
    await this.#database.close()
  }
}

function forget(): void {}
