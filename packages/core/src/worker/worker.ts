import type { Requester } from '../client/requester'
import type { Locks } from '../locks/locks'
import type { Upkeep } from '../maintenance/upkeep'
import type { Catalog } from '../model/catalog'
import type { JobsClient } from '../model/client'
import { type Duration, parseDuration } from '../model/duration'
import type { Job } from '../model/job'
import { type Logger, logInfo } from '../model/logger'
import type { Events } from '../observe/events'
import type { SharedScheduler } from '../schedule/scheduler'
import { toJob } from '../store/job-view'
import type { ExtendReply, Signal, Store } from '../store/port'
import { ByHand, type ClaimedHandle } from './by-hand'
import { Dispatcher } from './dispatcher'
import { Lease } from './lease'
import type { WorkerConfig } from './options'
import { WorkerRegistration } from './registration'
import { callTask, type ThreadRunner } from './threads'

export interface WorkerParts {
  readonly store: Store
  readonly catalog: Catalog
  readonly requester: Requester
  readonly events: Events
  readonly upkeep: Upkeep
  readonly scheduler: SharedScheduler
  readonly jobs: JobsClient
  readonly locks: Locks
  readonly log: Logger
  readonly payloadLimit: number
  readonly threads: ThreadRunner | undefined
  open(): Promise<void>
}

export interface StopOptions {
  /** Then what still runs is aborted, and after the grace released. Default: waits for what runs. */
  readonly timeout?: Duration
}

const UNSERVED_AFTER = 10_000

/** Claims jobs of its queues and runs them. */
export class Worker {
  readonly id: string
  readonly #parts: WorkerParts
  readonly #config: WorkerConfig
  readonly #dispatcher: Dispatcher
  readonly #lease: Lease
  readonly #registration: WorkerRegistration
  readonly #byHand: ByHand
  #started: Promise<void> | undefined
  #stopping: Promise<void> | undefined
  #running = false
  #poll: ReturnType<typeof setInterval> | undefined
  #orphanTimer: ReturnType<typeof setTimeout> | undefined
  #unlisten: (() => void) | undefined
  #abortTimer: ReturnType<typeof setTimeout> | undefined
  #awaitStop: (() => void)[] = []

  constructor(parts: WorkerParts, config: WorkerConfig) {
    this.#parts = parts
    this.#config = config
    this.id = config.id
    const lanes = () => parts.catalog.taskNames()
    const queues = config.queues.map(({ name }) => name)
    this.#dispatcher = new Dispatcher(
      {
        ...parts,
        dueIn: (ms) => parts.upkeep.dueIn(ms),
        expelled: (instance) => this.#expelled(instance),
        exhausted: () => this.#onExhausted(),
        call: callTask(parts.threads, config.grace),
      },
      {
        ...config,
        workerId: config.id,
        payloadLimit: parts.payloadLimit,
        lanes,
        hears: () => this.#running,
        instance: () => this.#registration.instance,
        leaseLives: () => this.#lease.lives,
      },
    )
    this.#lease = new Lease({
      store: parts.store,
      log: parts.log,
      beatMs: config.beatMs,
      leaseMs: config.leaseMs,
      instance: () => this.#registration.instance,
      leases: () => this.#dispatcher.held.leases(),
      onBeat: (reply, instance) => this.#onBeat(reply, instance),
      onSilence: () => this.#lostAll(),
    })
    this.#registration = new WorkerRegistration({
      ...parts,
      ...config,
      workerId: config.id,
      queues,
      lanes,
      onNew: () => this.#lease.start(this.#running),
    })
    this.#byHand = new ByHand({
      ...parts,
      dispatcher: this.#dispatcher,
      queues,
      lanes,
      register: () => this.#registration.register(),
      isRunning: () => this.#running,
    })
  }

  /** Whether it was started and not stopped. */
  get isRunning(): boolean {
    return this.#running
  }

  /** Whether it has claimed all that `maxJobs` allows. */
  get isExhausted(): boolean {
    return this.#dispatcher.exhausted
  }

  /** The jobs that run now. */
  get running(): readonly Job[] {
    return [...this.#dispatcher.held.running.values()].map((run) =>
      toJob({ ...run.job, state: 'running', worker: this.id }),
    )
  }

  /**
   * Starts claiming. Resolves when the worker is registered and hears wake-ups.
   * @throws WorkerIdTakenError where a live worker has its id
   */
  start(): Promise<void> {
    this.#started ??= this.#start().catch((error) => {
      this.#started = undefined
      throw error
    })
    return this.#started
  }

  /**
   * Stops claiming, gives back what was only reserved and waits for what runs. Called again with a timeout, it hurries.
   */
  stop(options: StopOptions = {}): Promise<void> {
    const timeout =
      options.timeout === undefined ? this.#config.stopTimeout : parseDuration('stop.timeout', options.timeout)
    if (timeout !== null) {
      clearTimeout(this.#abortTimer)
      this.#abortTimer = setTimeout(() => {
        for (const run of this.#dispatcher.held.running.values()) run.abort('stop')
      }, timeout)
    }
    this.#stopping ??= this.#stop().finally(() => {
      clearTimeout(this.#abortTimer)
      this.#stopping = undefined
      for (const resolve of this.#awaitStop.splice(0)) resolve()
    })
    return this.#stopping
  }

  /** Resolves when the worker has stopped, whoever asked it to; at once where it does not run. */
  stopped(): Promise<void> {
    if (!this.#running && this.#stopping === undefined) return Promise.resolve()
    return new Promise((resolve) => this.#awaitStop.push(resolve))
  }

  /**
   * Claims and runs one job. Resolves when its outcome is stored, whatever it is: true, or false where none was due.
   * Needs no `start`, and never rejects with the handler's error.
   */
  processNext(): Promise<boolean> {
    return this.#byHand.processNext()
  }

  /** Claims one job, of one task if asked, for `process`; null where none is due. */
  claimNext(options: { readonly task?: string | { readonly name: string } } = {}): Promise<ClaimedHandle | null> {
    const task = typeof options.task === 'object' ? options.task.name : options.task
    return this.#byHand.claimNext(task)
  }

  /** Runs a job that `claimNext` of this worker gave; resolves when its outcome is stored. */
  process(claimed: ClaimedHandle): Promise<void> {
    return this.#byHand.process(claimed)
  }

  /** Whether a job of its queues and tasks is due. */
  hasWaiting(): Promise<boolean> {
    return this.#byHand.hasWaiting()
  }

  /** Runs jobs until nothing is due. Needs no `start`. */
  async drain(): Promise<void> {
    await this.#registration.register()
    await this.#byHand.promoteDue()
    await this.#dispatcher.drain()
    if (!this.#running) this.#dispatcher.close()
  }

  async #start(): Promise<void> {
    const { events, upkeep, scheduler, log } = this.#parts
    await this.#registration.register()
    this.#lease.start(true)
    this.#unlisten = await events.onSignal((signal) => this.#onSignal(signal))
    upkeep.start()
    this.#running = true
    logInfo(log, () => `worker '${this.id}' started`)
    if (this.#config.scheduler) await scheduler.start()
    this.#poll = setInterval(() => this.#dispatcher.wake(), this.#config.pollInterval)
    this.#orphanTimer = setTimeout(() => void this.#warnOfUnserved(), UNSERVED_AFTER)
    this.#dispatcher.open()
  }

  async #stop(): Promise<void> {
    await this.#started?.catch(() => undefined)
    const wasRunning = this.#running
    this.#running = false
    clearInterval(this.#poll)
    clearTimeout(this.#orphanTimer)
    this.#dispatcher.close()
    this.#byHand.giveBack()
    if (this.#registration.isWanted) {
      await this.#dispatcher.idle()
      await this.#lease.stop()
      await this.#registration.unregister()
    }
    // Until then jobs may be handed to it, which it gives back.
    this.#unlisten?.()
    if (wasRunning) {
      await this.#parts.upkeep.stop()
      if (this.#config.scheduler) await this.#parts.scheduler.stop()
      logInfo(this.#parts.log, () => `worker '${this.id}' stopped`)
    }
    this.#started = undefined
  }

  #onBeat(reply: ExtendReply, instance: string): void {
    if (!reply.registered) {
      this.#expelled(instance)
      return
    }
    this.#parts.events.watched = reply.watched
    this.#dispatcher.lost(reply.lost)
    this.#dispatcher.cancel(reply.cancelled)
    if (reply.paused.length > 0) this.#dispatcher.release((job) => reply.paused.includes(job.queue))
    this.#parts.upkeep.dueIn(reply.nextDueIn)
  }

  #onSignal(signal: Signal): void {
    const serves = (queue: string) => this.#config.queues.some(({ name }) => name === queue)
    if (signal.kind === 'wake' && (signal.queues === null || signal.queues.some(serves))) this.#dispatcher.wake()
    if (signal.kind === 'handed' && signal.instance === this.#registration.instance)
      this.#dispatcher.handed(signal.jobs)
    if (signal.kind === 'resumed' && serves(signal.queue)) this.#dispatcher.wake()
    if (signal.kind === 'paused') this.#dispatcher.release((job) => job.queue === signal.queue)
    if (signal.kind === 'cancel') void this.#lease.beat()
  }

  #onExhausted(): void {
    if (this.#running) void this.stop()
  }

  /** Our lease ran out, and the store has given our jobs to others: begin anew under a new registration. */
  #expelled(instance: string): void {
    if (instance === '' || instance !== this.#registration.instance) return
    this.#lostAll()
    this.#parts.log.warn(`worker '${this.id}' was taken for dead: its lease ran out; it registers anew`)
    this.#registration.forget()
    this.#registration.register().then(
      () => this.#running && this.#dispatcher.wake(),
      (error) => this.#onTakenOver(error),
    )
  }

  #onTakenOver(error: unknown): void {
    this.#parts.log.error(`worker '${this.id}' cannot go on: ${(error as Error)?.message}`)
    void this.stop()
  }

  #lostAll(): void {
    this.#dispatcher.lost(this.#dispatcher.held.leases().map((lease) => lease.id))
    this.#dispatcher.release(() => true)
  }

  async #warnOfUnserved(): Promise<void> {
    const { store, log } = this.#parts
    const lanes = await store.unserved(this.#config.queues.map((queue) => queue.name)).catch(() => [])
    for (const { queue, lane } of lanes) {
      log.warn(`queue '${queue}' has jobs of task '${lane}', which no worker that runs has`)
    }
  }
}
