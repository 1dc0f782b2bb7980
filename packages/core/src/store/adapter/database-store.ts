import type { Keep } from '../../model/job'
import {
  type Admin,
  type AdminVerdict,
  type Capabilities,
  type Claimer,
  type EnqueueReply,
  type Exchange,
  type ExchangeReply,
  type ExtendReply,
  type Fence,
  type Hint,
  type JobRecord,
  type Keeper,
  type LaneRecord,
  type ListFilter,
  type ListPage,
  type Locks,
  type NewJob,
  type OpenOptions,
  PORT_VERSION,
  type PromoteReply,
  type Query,
  type QueueRecord,
  type RecoverOptions,
  type Registration,
  type RequestId,
  type Schedules,
  type Signal,
  type Signals,
  type StepReply,
  type Store,
  type WorkerInfo,
  type WorkerRecord,
  type Writer,
} from '../port'
import { type Backing, Lifetime, type Run } from './lifetime'

/** The port's parts, each an object of its own. */
export interface StoreParts {
  readonly writer: Writer
  readonly claimer: Claimer
  readonly keeper: Keeper
  readonly query: Query
  readonly admin: Admin
  readonly signals: Signals
  /** Is called also before the store is open: see `Run`. */
  readonly schedules: Schedules
  /** The same. */
  readonly locks?: Locks
}

/** A store on a database: it opens at the first call that needs it, and hands each call to its part. */
export class DatabaseStore implements Store {
  readonly portVersion = PORT_VERSION
  readonly name: string
  readonly capabilities: Capabilities
  readonly schedules: Schedules
  readonly locks?: Locks
  readonly #lifetime: Lifetime
  readonly #run: Run
  readonly #parts: StoreParts

  /**
   * @param options what holds where `open` is told nothing else
   * @param makeParts gets what the calls of `schedules` and `locks` have to go through
   */
  constructor(
    name: string,
    capabilities: Capabilities,
    backing: Backing,
    options: OpenOptions,
    makeParts: (run: Run) => StoreParts,
  ) {
    this.name = name
    this.capabilities = capabilities
    this.#lifetime = new Lifetime(name, backing, options)
    this.#run = this.#lifetime.run
    this.#parts = makeParts(this.#run)
    this.schedules = this.#parts.schedules
    if (this.#parts.locks !== undefined) this.locks = this.#parts.locks
  }

  open(options: OpenOptions = {}): Promise<void> {
    return this.#lifetime.open(options)
  }

  close(): Promise<void> {
    return this.#lifetime.close()
  }

  migrate(): Promise<readonly string[]> {
    return this.#lifetime.migrate()
  }

  enqueue(request: RequestId, jobs: readonly NewJob[]): Promise<EnqueueReply> {
    return this.#run(() => this.#parts.writer.enqueue(request, jobs))
  }

  enqueueIn(tx: unknown, jobs: readonly NewJob[]): Promise<EnqueueReply> {
    return this.#run(() => this.#parts.writer.enqueueIn(tx, jobs))
  }

  register(worker: WorkerInfo, evict?: { readonly instance: string; readonly beatAge: number }): Promise<Registration> {
    return this.#run(() => this.#parts.claimer.register(worker, evict))
  }

  unregister(instance: string): Promise<void> {
    return this.#run(() => this.#parts.claimer.unregister(instance))
  }

  exchange(request: RequestId, exchange: Exchange): Promise<ExchangeReply> {
    return this.#run(() => this.#parts.claimer.exchange(request, exchange))
  }

  extend(instance: string, leases: readonly Fence[]): Promise<ExtendReply> {
    return this.#run(() => this.#parts.claimer.extend(instance, leases))
  }

  recover(options: RecoverOptions): Promise<StepReply> {
    return this.#run(() => this.#parts.keeper.recover(options))
  }

  promote(limit: number): Promise<PromoteReply> {
    return this.#run(() => this.#parts.keeper.promote(limit))
  }

  prune(limit: number): Promise<StepReply> {
    return this.#run(() => this.#parts.keeper.prune(limit))
  }

  get(id: string): Promise<JobRecord | null> {
    return this.#run(() => this.#parts.query.get(id))
  }

  list(filter: ListFilter): Promise<ListPage> {
    return this.#run(() => this.#parts.query.list(filter))
  }

  queues(): Promise<readonly QueueRecord[]> {
    return this.#run(() => this.#parts.query.queues())
  }

  unserved(queues: readonly string[]): Promise<readonly LaneRecord[]> {
    return this.#run(() => this.#parts.query.unserved(queues))
  }

  workers(): Promise<readonly WorkerRecord[]> {
    return this.#run(() => this.#parts.query.workers())
  }

  cancel(ids: readonly string[], keep: Keep): Promise<readonly AdminVerdict[]> {
    return this.#run(() => this.#parts.admin.cancel(ids, keep))
  }

  retry(ids: readonly string[]): Promise<readonly AdminVerdict[]> {
    return this.#run(() => this.#parts.admin.retry(ids))
  }

  makeDue(ids: readonly string[]): Promise<readonly AdminVerdict[]> {
    return this.#run(() => this.#parts.admin.makeDue(ids))
  }

  remove(ids: readonly string[]): Promise<readonly AdminVerdict[]> {
    return this.#run(() => this.#parts.admin.remove(ids))
  }

  pause(queue: string): Promise<void> {
    return this.#run(() => this.#parts.admin.pause(queue))
  }

  resume(queue: string): Promise<void> {
    return this.#run(() => this.#parts.admin.resume(queue))
  }

  subscribe(listener: (signal: Signal) => void): Promise<() => Promise<void>> {
    return this.#run(() => this.#parts.signals.subscribe(listener))
  }

  watch(ttl: number): Promise<void> {
    return this.#run(() => this.#parts.signals.watch(ttl))
  }

  publish(origin: string, hints: readonly Hint[]): Promise<void> {
    return this.#run(() => this.#parts.signals.publish(origin, hints))
  }
}
