import { logInfo } from '../model/logger'
import type { Claim, ClaimedJob, Outcome, Report } from '../store/port'
import { Appetite } from './appetite'
import { Courier } from './courier'
import type { DispatcherOptions, DispatcherParts } from './dispatcher-parts'
import { fenceOf } from './fence'
import { Filling } from './filling'
import { Holdings } from './holdings'
import { hasLocks, Patience } from './patience'
import { Run, type RunHost } from './run'
import { settingsOf } from './run-settings'
import { tellSettled } from './settled'
import { Starts } from './starts'
import { Turn } from './turn'
import { Waiting } from './waiting'

/** From so many outcomes on, settling travels beside the next claim instead of before it. */
const SPLIT = 100
/** With so many outcomes still to be sent, nothing more is claimed: what has run must be stored before more runs. */
const UNSETTLED = 1_000

/**
 * The heart of a worker: keeps its slots full out of its line, its line full out of the store, and the store told of what
 * has ended. Settling and claiming share an exchange; at most one claim is under way, so that jobs run in claim order.
 */
export class Dispatcher {
  readonly held = new Holdings()
  readonly #parts: DispatcherParts
  readonly #options: DispatcherOptions
  readonly #appetite: Appetite
  readonly #patience = new Patience(this.held.line, () => this.release(hasLocks))
  readonly #courier: Courier
  readonly #starts = new Starts()
  readonly #filling: Filling
  readonly #waiting = new Waiting()
  readonly #runHost: RunHost
  readonly #told: Parameters<typeof tellSettled>[0]
  readonly #turn = new Turn(() => this.#onTurn())
  #claimError: unknown

  constructor(parts: DispatcherParts, options: DispatcherOptions) {
    this.#parts = parts
    this.#options = options
    this.#appetite = new Appetite(options)
    this.#runHost = {
      ...parts,
      ...options,
      report: (report) => this.#report(report),
      ended: (run, outcome) => this.#ended(run, outcome),
    }
    this.#told = { log: parts.log, events: parts.events, workerId: options.workerId }
    this.#courier = new Courier({
      ...parts,
      workerId: options.workerId,
      leaseLives: () => options.leaseLives(),
      starts: () => this.#starts.take(),
      onSettled: (...about) => this.#onSettled(...about),
      onReportRefused: (report) => this.held.running.get(report.id)?.abort('lost'),
      onReply: ({ watched, nextDueIn, registered }, instance) => {
        parts.events.watched = watched
        parts.dueIn(nextDueIn)
        if (!registered) parts.expelled(instance)
      },
    })
    this.#filling = new Filling({
      store: parts.store,
      tell: (letter) => {
        this.#courier.outbox.start(letter)
        this.#turn.ask()
      },
      filled: (run, job) => this.#filled(run, job),
      sentBack: (run, outcome) => this.#sentBack(run, outcome),
      ended: (run, outcome) => this.#ended(run, outcome),
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

  /** Jobs that the store claimed for this worker by itself. At the end of the turn, when most have ended, it asks for more. */
  handed(jobs: readonly ClaimedJob[]): void {
    this.#take(jobs)
    this.#appetite.wakeAtTurn()
    this.#turn.ask()
  }

  /** Gives reserved jobs back to their place. */
  release(which: (job: ClaimedJob) => boolean): void {
    const jobs = this.held.line.remove(which)
    if (jobs.length === 0) return
    this.#appetite.wentBack(jobs.length)
    this.giveBack(jobs)
  }

  /** Gives back claimed jobs whose handler was not called. */
  giveBack(jobs: readonly ClaimedJob[]): void {
    for (const job of jobs) this.#courier.outbox.settle(job, { ...fenceOf(job), kind: 'release', ranFor: null })
    this.#turn.ask()
  }

  /** Resolves when nothing runs, waits in the line or is on its way, and the last claim found nothing more. */
  idle(): Promise<void> {
    this.#turn.ask()
    return this.#waiting.idle()
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
    return (await this.#courier.exchange(this.#options.instance(), this.#appetite.byHand(limit, lanes))).claimed
  }

  /** Runs one claimed job; resolves when its outcome is stored, or its lease is lost. false: it went back, to wait for its locks. */
  run(job: ClaimedJob): Promise<boolean> {
    const outcome = this.#waiting.run(job.id)
    this.#begin(job)
    return outcome
  }

  /** To be cancelled: what runs is told to stop, what only waits here ends at once. */
  cancel(ids: readonly string[]): void {
    if (ids.length === 0) return
    const { catalog } = this.#parts
    for (const id of ids) this.held.running.get(id)?.abort('cancel')
    for (const job of this.held.line.remove(({ id }) => ids.includes(id))) {
      const task = catalog.task(job.task)
      const keep = task && settingsOf(catalog, this.#options.overrides, task, job).keep.cancelled
      if (keep === undefined) this.giveBack([job])
      else this.#courier.outbox.settle(job, { ...fenceOf(job), kind: 'cancel', ranFor: null, keep })
    }
    this.#turn.ask()
  }

  lost(ids: readonly string[]): void {
    this.held.lost(ids)
    this.#turn.ask()
  }

  // ---- what runs ask for

  #report(report: Report): void {
    this.#courier.outbox.report(report)
    const run = this.held.running.get(report.id)
    if (run !== undefined && report.progress !== undefined && this.#parts.events.wanted('progress')) {
      this.#parts.events.emit('progress', run.job, report.progress)
    }
    this.#turn.ask()
  }

  #ended(run: Run, outcome: Outcome | null): void {
    this.held.running.delete(run.job.id)
    this.#starts.delete(run)
    this.#appetite.ended(performance.now(), run)
    // The exchange that frees its locks may claim whoever waits for them.
    if (hasLocks(run.job)) this.#appetite.wake()
    const report = this.#courier.outbox.takeReport(run.job.id)
    if (outcome === null) this.#waiting.ended(run.job.id, true)
    else this.#courier.outbox.settle(run.job, report === undefined ? outcome : { ...outcome, ...report })
    this.#fill()
    this.#turn.ask()
  }

  // ---- slots

  /** Starts are told at the end of a turn: most jobs that began in it have ended by then, and their outcome tells both. */
  #onTurn(): void {
    this.#appetite.turn()
    this.#pump()
    if (this.#starts.size > 0 && !this.#courier.telling && !this.#inTurn) void this.#send(null)
  }

  /** Changes to locks take turns in the store: two exchanges at once would only wait for each other. */
  get #inTurn(): boolean {
    return this.#courier.busy && this.#appetite.meetsLocks
  }

  #pump(): void {
    this.#fill()
    if (this.#inTurn) return
    const { size, settling } = this.#courier.outbox
    const barred = this.#courier.troubled || this.#options.instance() === '' || settling >= UNSETTLED
    const claim = barred ? null : this.#appetite.claim(this.held.running, this.held.line)
    const apart = claim === null || (settling >= SPLIT && !this.#appetite.meetsLocks)
    if (size > 0 && apart && this.#courier.mayTell) void this.#send(null)
    if (claim !== null) void this.#send(claim)
    this.#checkIdle()
  }

  #fill(): void {
    while (this.held.line.length > 0 && this.held.running.size < this.#options.concurrency && !this.#courier.troubled) {
      if (!this.#turn.mayBegin()) return
      this.#begin(this.held.line.take() as ClaimedJob)
    }
  }

  #begin(job: ClaimedJob): void {
    const { catalog, events, log } = this.#parts
    const task = catalog.task(job.task)
    if (task === undefined) {
      this.giveBack([job])
      return
    }
    const run = new Run(this.#runHost, job, task, settingsOf(catalog, this.#options.overrides, task, job))
    if (this.held.running.size === 0) this.#appetite.busy(performance.now())
    this.held.running.set(job.id, run)
    if (job.maxAttempts === null) {
      this.#filling.begin(run)
      return
    }
    if (job.reserved) {
      this.#starts.add(run)
      this.#turn.ask()
    }
    logInfo(log, () => `worker '${this.#options.workerId}' processing job ${job.id}`)
    if (events.wanted('started')) events.emit('started', job)
    run.begin()
  }

  #take(jobs: readonly ClaimedJob[]): void {
    // They were under way when the worker was told to stop.
    if (!this.#appetite.isOpen) this.giveBack(jobs)
    else for (const job of jobs) job.reserved ? this.held.line.push(job) : this.#begin(job)
  }

  #filled(run: Run, job: ClaimedJob | null): void {
    this.held.running.delete(run.job.id)
    if (job !== null) this.#begin(job)
    else this.#waiting.ended(run.job.id, true)
  }

  #sentBack(run: Run, outcome: Outcome): void {
    this.held.running.delete(run.job.id)
    this.#courier.outbox.settle(run.job, outcome)
    this.#appetite.wentBack(1)
    this.#turn.ask()
  }

  #onSettled(job: ClaimedJob, outcome: Outcome, accepted: boolean, claimed: boolean): void {
    tellSettled(this.#told, job, outcome, accepted)
    // A worker that is drained without being started hears no wake-ups, not of jobs whose turn this makes it either.
    const again = ('delay' in outcome && outcome.delay === 0) || hasLocks(job)
    if (accepted && again && !claimed) this.#appetite.wake()
    this.#waiting.ended(job.id, outcome.kind !== 'release' || outcome.fill === undefined)
  }

  #checkIdle(): void {
    const { exhausted, hungry } = this.#appetite
    if (!this.#waiting.forIdle && !exhausted) return
    if (!this.held.none || !this.#courier.idle) return
    if (exhausted) this.#parts.exhausted()
    if (!hungry) this.#waiting.nothingLeft()
  }

  async #send(claim: Claim | null): Promise<void> {
    let claimed: readonly ClaimedJob[] = []
    try {
      const reply = await this.#courier.exchange(this.#options.instance(), claim)
      if (claim !== null) claimed = this.#appetite.served(claim, reply)
    } catch (error) {
      if (claim !== null) this.#appetite.unserved()
      this.#claimError = error
    }
    this.#take(claimed)
    this.#patience.watch()
    this.#pump()
    if (this.#starts.size > 0) this.#turn.ask()
  }
}
