import { Enqueuer } from '../client/enqueuer'
import { type JobCounts, type JobFilter, type JobPage, type ListOptions, Manager } from '../client/manage'
import { Requester } from '../client/requester'
import { Results } from '../client/results'
import { Locks } from '../locks/locks'
import { Upkeep } from '../maintenance/upkeep'
import { Catalog } from '../model/catalog'
import type { EnqueueArguments, EnqueuedJob, EnqueueOptions, JobsClient, ResultOptions } from '../model/client'
import { parseDuration } from '../model/duration'
import { StateError } from '../model/errors'
import type { Job, JobState } from '../model/job'
import { consoleLogger, type Logger } from '../model/logger'
import { checkName } from '../model/names'
import type { AnyTask, Task } from '../model/task'
import { Events, type JobListener } from '../observe/events'
import { parseSchedulerOptions, Scheduler, type SchedulerOptions, SharedScheduler } from '../schedule/scheduler'
import { Schedules } from '../schedule/schedules'
import type { HintType, QueueRecord, Store, WorkerRecord } from '../store/port'
import { parseWorkerOptions, type WorkerOptions } from '../worker/options'
import { Worker } from '../worker/worker'
import { type JobsOptions, parseJobsOptions } from './options'

/** Who uses a store object: several clients may, where a database allows but one process (memory, PGlite). */
const sharers = new WeakMap<Store, Set<Jobs>>()

/** Background jobs on one store. Connects at the first use. */
export class Jobs implements JobsClient, AsyncDisposable {
  /** Stored rules by which schedulers enqueue jobs. */
  readonly schedules: Schedules
  /** Named locks, for whatever needs something for itself. */
  readonly locks: Locks
  readonly #store: Store
  readonly #catalog: Catalog
  readonly #requester = new Requester()
  readonly #events: Events
  readonly #upkeep: Upkeep
  readonly #enqueuer: Enqueuer
  readonly #results: Results
  readonly #manager: Manager
  readonly #options: JobsOptions
  readonly #log: Logger
  readonly #payloadLimit: number
  readonly #workers = new Set<Worker>()
  readonly #schedulers = new Set<Scheduler>()
  /** Of the workers. */
  readonly #scheduler: SharedScheduler
  #isOpen = false
  #opening: Promise<void> | undefined
  #closing: Promise<void> | undefined

  /** @throws InvalidError */
  constructor(options: JobsOptions) {
    const { top, payloadLimit } = parseJobsOptions(options)
    this.#options = options
    this.#store = options.store
    this.#log = options.log ?? consoleLogger
    this.#payloadLimit = payloadLimit
    this.#catalog = new Catalog(top, options.queues ?? {}, options.strictTasks ?? false)
    for (const task of options.tasks ?? []) this.#catalog.add(task)
    this.#events = new Events(this.#store, this.#log, this.#requester.client)
    this.#upkeep = new Upkeep(this.#store, this.#catalog, this.#log)
    this.#results = new Results(this.#store, this.#events, this.#catalog)
    this.#enqueuer = new Enqueuer(
      this.#store,
      this.#catalog,
      this.#events,
      this.#requester,
      this.#results,
      payloadLimit,
    )
    this.#manager = new Manager(this.#store, this.#catalog)
    this.#scheduler = new SharedScheduler(this.#newScheduler({}, true))
    this.schedules = new Schedules({
      store: this.#store,
      enqueuer: this.#enqueuer,
      open: () => this.open(),
      changed: () => {
        for (const scheduler of this.#schedulers) scheduler.wake()
      },
    })
    this.locks = new Locks(this.#store, this.#requester, this.#events, () => this.open())
    sharers.set(this.#store, (sharers.get(this.#store) ?? new Set()).add(this))
  }

  /** Connects and brings the schema up to date; every other call does so by itself. */
  open(): Promise<void> {
    if (this.#closing !== undefined) return Promise.reject(new StateError('this jobs object is closed'))
    const { migrate } = this.#options
    this.#opening ??= this.#store.open(migrate === undefined ? {} : { migrate }).then(
      () => {
        this.#isOpen = this.#closing === undefined
      },
      (error) => {
        this.#opening = undefined
        throw error
      },
    )
    return this.#opening
  }

  /** Makes a task known, at any time. */
  addTask(task: AnyTask): this {
    this.#catalog.add(task)
    return this
  }

  /**
   * Adds a job. Concurrent calls share round trips.
   * @throws InvalidError, InputSchemaError, PayloadTooLargeError, UnknownTaskError: nothing was stored
   * @throws UniqueConflictError where the key is held and `onConflict` is 'throw'
   * @throws StoreUnavailableError after ten seconds without an answer
   */
  enqueue<Input, Parsed, Result>(
    task: Task<Input, Parsed, Result>,
    ...args: EnqueueArguments<NoInfer<Input>>
  ): Promise<EnqueuedJob<Result>>
  enqueue(task: string, input?: unknown, options?: EnqueueOptions): Promise<EnqueuedJob>
  enqueue(task: AnyTask | string, input?: unknown, options?: EnqueueOptions): Promise<EnqueuedJob> {
    if (this.#isOpen) return this.#enqueuer.one(task, input, options)
    return this.open().then(() => this.#enqueuer.one(task, input, options))
  }

  /** Adds many jobs of one task: all are checked before the first is sent, a thousand to a request. */
  enqueueMany<Input, Parsed, Result>(
    task: Task<Input, Parsed, Result>,
    inputs: readonly NoInfer<Input>[],
    options?: EnqueueOptions,
  ): Promise<EnqueuedJob<Result>[]>
  enqueueMany(task: string, inputs: readonly unknown[], options?: EnqueueOptions): Promise<EnqueuedJob[]>
  async enqueueMany(
    task: AnyTask | string,
    inputs: readonly unknown[],
    options?: EnqueueOptions,
  ): Promise<EnqueuedJob[]> {
    return await this.#opened(() => this.#enqueuer.many(task, inputs, options))
  }

  /** The result of any job, once it has completed; see `EnqueuedJob.result`. */
  result(id: string, options: ResultOptions = {}): Promise<unknown> {
    const timeout = options.timeout === undefined ? null : parseDuration('timeout', options.timeout)
    return this.#opened(() => this.#results.wait(checkName('id', id), timeout, false, options.signal))
  }

  /** null where there is no such job. */
  get(id: string): Promise<Job | null> {
    return this.#opened(() => this.#manager.get(id))
  }

  /**
   * A page of jobs, by state; `cursor` asks for the next. A page may be short with more behind it. Of several states it may miss
   * a job that goes from one to another meanwhile: `counts` are of one instant.
   */
  list(options?: ListOptions): Promise<JobPage> {
    return this.#opened(() => this.#manager.list(options))
  }

  /** How many jobs each queue has in each state. */
  counts(): Promise<Record<string, JobCounts>> {
    return this.#opened(() => this.#manager.counts())
  }

  queues(): Promise<readonly QueueRecord[]> {
    return this.#opened(() => this.#manager.queues())
  }

  workers(): Promise<readonly WorkerRecord[]> {
    return this.#opened(() => this.#store.workers())
  }

  /** Cancels one job, and answers it, or all that the filter names (default: every alive one), and answers how many. */
  cancel(id: string): Promise<Job>
  cancel(filter: JobFilter): Promise<number>
  cancel(target: string | JobFilter): Promise<Job | number> {
    return this.#opened(() => this.#manager.cancel(target))
  }

  /** Runs a final job again, or all that the filter names (default: the failed ones). Its postpones count anew. */
  retry(id: string): Promise<Job>
  retry(filter: JobFilter): Promise<number>
  retry(target: string | JobFilter): Promise<Job | number> {
    return this.#opened(() => this.#manager.retry(target))
  }

  /** Makes a scheduled job due now, or all that the filter names. */
  promote(id: string): Promise<Job>
  promote(filter: JobFilter): Promise<number>
  promote(target: string | JobFilter): Promise<Job | number> {
    return this.#opened(() => this.#manager.promote(target))
  }

  /** Removes one job, or all of some states (default: the final ones), and answers how many of each. Running ones are cancelled. */
  remove(id: string): Promise<Job>
  remove(filter?: JobFilter): Promise<Partial<Record<JobState, number>>>
  remove(target?: string | JobFilter): Promise<Job | Partial<Record<JobState, number>>> {
    return this.#opened(() => this.#manager.remove(target))
  }

  /** After this has resolved no worker claims from the queue; running jobs finish. Survives restarts. */
  pause(queue: string): Promise<void> {
    return this.#opened(() => this.#store.pause(checkName('queue', queue)))
  }

  resume(queue: string): Promise<void> {
    return this.#opened(() => this.#store.resume(checkName('queue', queue)))
  }

  /** Hears events of jobs, also from other processes (as hints); answers how to stop. */
  on(type: HintType, listener: JobListener): () => void {
    const off = this.#events.on(type, listener)
    this.#opened(() => this.#events.listen()).catch((error) => {
      this.#log.warn(`events of other processes are not heard: ${(error as Error)?.message}`)
    })
    return off
  }

  /** Makes a worker; it does nothing until it is started or asked. */
  worker(options: WorkerOptions = {}): Worker {
    const config = parseWorkerOptions(options, this.#catalog, this.#options)
    const worker = new Worker(
      {
        store: this.#store,
        catalog: this.#catalog,
        requester: this.#requester,
        events: this.#events,
        upkeep: this.#upkeep,
        scheduler: this.#scheduler,
        jobs: this,
        locks: this.locks,
        log: this.#log,
        payloadLimit: this.#payloadLimit,
        threads: this.#options.threads,
        open: () => this.open(),
      },
      config,
    )
    this.#workers.add(worker)
    return worker
  }

  /**
   * Makes a scheduler; it does nothing until it is started. Workers start one too, unless they are told not to.
   * @throws InvalidError
   */
  scheduler(options: SchedulerOptions = {}): Scheduler {
    return this.#newScheduler(options, false)
  }

  /**
   * Stops the workers (waiting for what runs) and schedulers, and closes the store unless another `Jobs` shares it: nothing of ours keeps
   * the process alive.
   */
  close(): Promise<void> {
    this.#isOpen = false
    this.#closing ??= this.#close()
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #newScheduler(options: SchedulerOptions, ofWorkers: boolean): Scheduler {
    const parts = { store: this.#store, events: this.#events, log: this.#log, ofWorkers, open: () => this.open() }
    const scheduler = new Scheduler(parts, parseSchedulerOptions(options))
    this.#schedulers.add(scheduler)
    return scheduler
  }

  async #close(): Promise<void> {
    const opened = this.#opening
    await opened?.catch(() => undefined)
    await Promise.all([...this.#workers, ...this.#schedulers].map((one) => one.stop()))
    await this.locks.close()
    await this.#events.close()
    await this.#options.threads?.close()
    await this.#leave()
  }

  /** The last of those that share a store object closes it. */
  async #leave(): Promise<void> {
    const others = sharers.get(this.#store)
    others?.delete(this)
    if (others === undefined || others.size === 0) await this.#store.close()
  }

  async #opened<T>(call: () => Promise<T>): Promise<T> {
    await this.open()
    return call()
  }
}

/** Background jobs on a store. */
export function createJobs(options: JobsOptions): Jobs {
  return new Jobs(options)
}
