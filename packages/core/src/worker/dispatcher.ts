import type { Requester } from '../client/requester'
import type { Catalog } from '../model/catalog'
import { keepToStore } from '../model/catalog'
import type { TaskContext } from '../model/client'
import { LocksUnsupportedError } from '../model/errors'
import { logInfo } from '../model/logger'
import type { PartialSettings } from '../model/settings'
import type { AnyTask } from '../model/task'
import type { Events } from '../observe/events'
import { toErrorRecord } from '../store/error-record'
import type { Claim, ClaimedJob, ExchangeReply, Fence, Fill, Outcome, Report, Store } from '../store/port'
import { Appetite, type AppetiteOptions } from './appetite'
import { Courier } from './courier'
import { fenceOf } from './fence'
import { Line } from './line'
import { Run, type RunHost } from './run'
import { settingsOf } from './run-settings'
import { tellSettled } from './settled'
import { Starts } from './starts'
import { locksOf } from './task-locks'
import { Turn } from './turn'

/** So many jobs are begun in one turn of the event loop before others get theirs. */
const BEGIN_PER_TURN = 256
/** From so many outcomes on, settling travels beside the next claim instead of before it. */
const SPLIT = 100
/** With so many outcomes still to be sent, nothing more is claimed: what has run must be stored before more runs. */
const UNSETTLED = 1_000

export interface DispatcherOptions extends AppetiteOptions {
  readonly workerId: string
  readonly grace: number
  readonly payloadLimit: number
  /** Beats the task's and the call's settings (flags of the command line). */
  readonly overrides: PartialSettings
  /** Whether the worker's lease is still its own, as far as it can know. */
  leaseLives(): boolean
}

export interface DispatcherParts {
  readonly store: Store
  readonly catalog: Catalog
  readonly requester: Requester
  readonly events: Events
  readonly jobs: RunHost['jobs']
  readonly locks: RunHost['locks']
  readonly log: RunHost['log']
  call(task: AnyTask, input: unknown, context: TaskContext, run: Run): unknown
  /** The store said when the next scheduled job is due. */
  dueIn(ms: number | null): void
  /** The store does not know this instance any more. */
  expelled(instance: string): void
  /** All that it may claim is claimed, run and stored. */
  exhausted(): void
}

/**
 * The heart of a worker: keeps its slots full out of its line, its line full out of the store, and the store told of what
 * has ended. Settling and claiming share an exchange; at most one claim is under way, so that jobs run in claim order.
 */
export class Dispatcher implements RunHost {
  readonly running = new Map<string, Run>()
  readonly workerId: string
  readonly grace: number
  readonly payloadLimit: number
  readonly jobs: RunHost['jobs']
  readonly locks: RunHost['locks']
  readonly log: RunHost['log']
  /** The worker's registration; empty while it has none, and nothing is claimed. */
  instance = ''
  readonly #parts: DispatcherParts
  readonly #options: DispatcherOptions
  readonly #appetite: Appetite
  readonly #line = new Line()
  readonly #courier: Courier
  readonly #starts = new Starts()
  readonly #settled = new Map<string, (ran: boolean) => void>()
  readonly #told: Parameters<typeof tellSettled>[0]
  readonly #turn = new Turn(() => this.#onTurn())
  #idle: (() => void)[] = []
  #begunThisTurn = 0
  #claimError: unknown
  #oldHead: string | undefined

  constructor(parts: DispatcherParts, options: DispatcherOptions) {
    this.#parts = parts
    this.#options = options
    this.#appetite = new Appetite(options)
    this.workerId = options.workerId
    this.grace = options.grace
    this.payloadLimit = options.payloadLimit
    this.jobs = parts.jobs
    this.locks = parts.locks
    this.log = parts.log
    this.#told = { log: parts.log, events: parts.events, workerId: options.workerId }
    this.#courier = new Courier({
      ...parts,
      workerId: options.workerId,
      leaseLives: () => options.leaseLives(),
      starts: () => this.#starts.take(),
      onSettled: (job, outcome, accepted) => this.#onSettled(job, outcome, accepted),
      onReportRefused: (report) => this.running.get(report.id)?.abort('lost'),
      onReply: (reply, instance) => this.#onReply(reply, instance),
    })
  }

  /** Whether all that it may claim is claimed. */
  get exhausted(): boolean {
    return this.#appetite.exhausted
  }

  // ---- what the worker asks for

  /** From now on, claims whenever there is room and something may be due. */
  open(): void {
    this.#appetite.open()
    this.#pump()
  }

  /** Claims no more, and gives back what was only reserved. */
  close(): void {
    this.#appetite.close()
    this.release(() => true)
  }

  /** Something may be due. */
  wake(): void {
    this.#appetite.wake()
    this.#pump()
  }

  /** Gives reserved jobs back to their place. */
  release(which: (job: ClaimedJob) => boolean): void {
    this.giveBack(this.#line.remove(which))
  }

  /** Gives back claimed jobs whose handler was not called. */
  giveBack(jobs: readonly ClaimedJob[]): void {
    for (const job of jobs) this.#settle(job, { ...fenceOf(job), kind: 'release', ranFor: null })
    this.#turn.ask()
  }

  /** Resolves when nothing runs, waits in the line or is on its way, and the last claim found nothing more. */
  idle(): Promise<void> {
    return new Promise((resolve) => {
      this.#idle.push(resolve)
      this.#turn.ask()
    })
  }

  /**
   * Claims and runs until nothing more is due.
   * @throws what the store threw at a claim
   */
  async drain(): Promise<void> {
    this.#claimError = undefined
    this.open()
    await this.idle()
    if (this.#claimError !== undefined) throw this.#claimError
  }

  /** Claims at most `limit` jobs now, beside whatever else goes on. */
  async claim(limit: number, lanes: readonly string[]): Promise<readonly ClaimedJob[]> {
    return (await this.#courier.exchange(this.instance, this.#appetite.byHand(limit, lanes))).claimed
  }

  /** Runs one claimed job; resolves when its outcome is stored, or its lease is lost. false: it went back, to wait for its locks. */
  run(job: ClaimedJob): Promise<boolean> {
    return new Promise((resolve) => {
      this.#settled.set(job.id, resolve)
      this.#begin(job)
    })
  }

  /** The leases to check at the next beat: what runs, and what has stood in the line since the last one. */
  leases(): Fence[] {
    const waiting = this.#line.jobs()
    const stale = waiting.length > 0 && waiting[0]?.id === this.#oldHead
    this.#oldHead = waiting[0]?.id
    return [...[...this.running.values()].map((run) => run.job), ...(stale ? waiting : [])].map(fenceOf)
  }

  lost(ids: readonly string[]): void {
    for (const id of ids) this.running.get(id)?.abort('lost')
    const gone = new Set(ids)
    this.#line.remove((job) => gone.has(job.id))
    this.#turn.ask()
  }

  // ---- what runs ask for

  call(task: AnyTask, input: unknown, context: TaskContext, run: Run): unknown {
    return this.#parts.call(task, input, context, run)
  }

  report(report: Report): void {
    this.#courier.outbox.report(report)
    const run = this.running.get(report.id)
    if (run !== undefined && report.progress !== undefined && this.#parts.events.wanted('progress')) {
      this.#parts.events.emit('progress', run.job, report.progress)
    }
    this.#turn.ask()
  }

  ended(run: Run, outcome: Outcome | null): void {
    const now = performance.now()
    this.running.delete(run.job.id)
    this.#starts.delete(run)
    this.#appetite.ended(now, run)
    const report = this.#courier.outbox.takeReport(run.job.id)
    if (outcome === null) this.#done(run.job.id)
    else this.#settle(run.job, report === undefined ? outcome : { ...outcome, ...report })
    this.#fill()
    this.#turn.ask()
  }

  // ---- slots

  /** Starts are told at the end of a turn: most jobs that began in it have ended by then, and their outcome tells both. */
  #onTurn(): void {
    this.#begunThisTurn = 0
    this.#pump()
    if (this.#starts.size > 0 && !this.#courier.telling) void this.#send(null)
  }

  #pump(): void {
    this.#fill()
    const held = this.#courier.troubled || this.instance === '' || this.#courier.outbox.settling >= UNSETTLED
    const claim = held ? null : this.#appetite.claim(this.running, this.#line)
    if (
      this.#courier.outbox.size > 0 &&
      !this.#courier.telling &&
      (claim === null || this.#courier.outbox.settling >= SPLIT)
    )
      void this.#send(null)
    if (claim !== null) void this.#send(claim)
    this.#checkIdle()
  }

  #fill(): void {
    while (this.#line.length > 0 && this.running.size < this.#options.concurrency && !this.#courier.troubled) {
      if (this.#begunThisTurn++ >= BEGIN_PER_TURN) {
        this.#turn.ask()
        return
      }
      this.#begin(this.#line.take() as ClaimedJob)
    }
  }

  #begin(job: ClaimedJob): void {
    const { catalog, events, log } = this.#parts
    const task = catalog.task(job.task)
    if (task === undefined) {
      this.#settle(job, { ...fenceOf(job), kind: 'release', ranFor: null })
      return
    }
    const run = new Run(this, job, task, settingsOf(catalog, this.#options.overrides, task, job))
    if (this.running.size === 0) this.#appetite.busy(performance.now())
    this.running.set(job.id, run)
    if (job.maxAttempts === null) {
      this.#fillIn(run)
      return
    }
    if (job.reserved) {
      this.#starts.add(run)
      this.#turn.ask()
    }
    logInfo(log, () => `worker '${this.workerId}' processing job ${job.id}`)
    if (events.wanted('started')) events.emit('started', job)
    run.begin()
  }

  /** The enqueuer did not know the task: what it could not know is stored before the run. */
  #fillIn(run: Run): void {
    const { maxAttempts, keep } = run.settings
    const fill = { maxAttempts, keep: keepToStore(keep), locks: [] }
    if (run.task.locks === undefined) {
      this.#tellFill(run, fill)
      return
    }
    locksOf(run.task, run.job).then(
      (locks) => (locks.length === 0 ? this.#tellFill(run, fill) : this.#sendBack(run, { ...fill, locks })),
      (error) => this.#endUnrun(run, fill, error),
    )
  }

  /** Now that its locks are known, the next claim finds out whether the job may run. */
  #sendBack(run: Run, fill: Fill): void {
    if (this.#parts.store.locks === undefined) {
      this.#endUnrun(run, fill, new LocksUnsupportedError(this.#parts.store.name))
      return
    }
    this.running.delete(run.job.id)
    this.#settle(run.job, { ...fenceOf(run.job), kind: 'release', ranFor: null, fill })
    this.#appetite.wentBack()
    this.#turn.ask()
  }

  #endUnrun(run: Run, fill: Fill, error: unknown): void {
    const keep = run.settings.keep.failed
    const record = toErrorRecord(error, run.attempt)
    this.ended(run, { ...fenceOf(run.job), kind: 'fail', ranFor: 0, fill, error: record, keep })
  }

  #tellFill(run: Run, fill: Fill): void {
    this.#courier.outbox.start({
      content: { ...fenceOf(run.job), ago: 0, fill },
      answered: (accepted) => {
        this.running.delete(run.job.id)
        if (accepted) this.#begin({ ...run.job, ...fill, reserved: false, attempt: run.attempt })
        else this.#done(run.job.id)
      },
    })
    this.#turn.ask()
  }

  #settle(job: ClaimedJob, outcome: Outcome): void {
    this.#courier.outbox.settle(job, outcome)
  }

  #onSettled(job: ClaimedJob, outcome: Outcome, accepted: boolean): void {
    tellSettled(this.#told, job, outcome, accepted)
    // A worker that is drained without being started hears no wake-ups, not of jobs whose turn this makes it either.
    const again = 'delay' in outcome && outcome.delay === 0
    if (accepted && (again || job.locks.length > 0)) this.#appetite.wake()
    this.#done(job.id, outcome.kind !== 'release' || outcome.fill === undefined)
  }

  #done(id: string, ran = true): void {
    const resolve = this.#settled.get(id)
    if (resolve === undefined) return
    this.#settled.delete(id)
    resolve(ran)
  }

  #checkIdle(): void {
    const { exhausted, hungry } = this.#appetite
    if (this.#idle.length === 0 && !exhausted) return
    const busy = this.running.size + this.#line.length > 0 || !this.#courier.idle
    if (busy) return
    if (exhausted) this.#parts.exhausted()
    if (hungry) return
    for (const resolve of this.#idle.splice(0)) resolve()
  }

  // ---- exchanges

  async #send(claim: Claim | null): Promise<void> {
    let claimed: readonly ClaimedJob[] = []
    try {
      const reply = await this.#courier.exchange(this.instance, claim)
      if (claim !== null) claimed = this.#appetite.served(claim, reply)
    } catch (error) {
      if (claim !== null) this.#appetite.unserved()
      this.#claimError = error
    }
    // A claim that was under way when the worker was told to stop.
    if (!this.#appetite.isOpen) this.giveBack(claimed)
    else for (const job of claimed) job.reserved ? this.#line.push(job) : this.#begin(job)
    this.#pump()
    if (this.#starts.size > 0) this.#turn.ask()
  }

  #onReply(reply: ExchangeReply, instance: string): void {
    const { events, dueIn, expelled } = this.#parts
    events.watched = reply.watched
    dueIn(reply.nextDueIn)
    if (!reply.registered) expelled(instance)
  }
}
