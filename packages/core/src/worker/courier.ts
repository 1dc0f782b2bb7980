import type { Requester } from '../client/requester'
import type { Logger } from '../model/logger'
import { toErrorRecord } from '../store/error-record'
import type { Claim, ClaimedJob, ExchangeReply, Outcome, Report, Store } from '../store/port'
import { type Mail, Outbox, type StartLetter } from './outbox'

export interface CourierParts {
  readonly store: Store
  readonly requester: Requester
  readonly log: Logger
  readonly workerId: string
  /** Whether the worker's lease is still its own, as far as it can know: for so long a lost answer is asked for again. */
  leaseLives(): boolean
  /** Runs whose start is still to be told. */
  starts(): readonly StartLetter[]
  /** @param claimed the same exchange has claimed after it */
  onSettled(job: ClaimedJob, outcome: Outcome, accepted: boolean, claimed: boolean): void
  onReportRefused(report: Report): void
  onReply(reply: ExchangeReply, instance: string): void
}

/** So many outcomes are worth an exchange of their own beside one that is under way. */
const BESIDE = 500
/** So many of these in a row at most: starts and reports wait until none is under way. */
const IN_A_ROW = 8

const NOTHING: Mail = { settle: [], start: [], report: [] }

/** Carries what a worker has to tell and to ask to the store, and the answers back. */
export class Courier {
  readonly outbox = new Outbox()
  readonly #parts: CourierParts
  #travelling = 0
  #telling = 0
  #onlySettles = false
  #inARow = 0
  #troubled = false

  constructor(parts: CourierParts) {
    this.#parts = parts
  }

  /** Whether an exchange that tells something is under way. */
  get telling(): boolean {
    return this.#telling > 0
  }

  /**
   * Whether what waits may go now. Where many outcomes wait, a second exchange takes them beside the first: one is worked
   * on while the other is committed and answered. Never beside starts or reports, for these may be of the same jobs, and
   * the two would wait for each other's rows.
   */
  get mayTell(): boolean {
    if (!this.telling) return true
    const isFree = this.#telling === 1 && this.#onlySettles && !this.#troubled
    return isFree && this.#inARow < IN_A_ROW && this.outbox.settling >= BESIDE
  }

  /** Something is under way. */
  get busy(): boolean {
    return this.#travelling > 0
  }

  /** Nothing is under way, and nothing waits to be. */
  get idle(): boolean {
    return !this.busy && this.outbox.size === 0
  }

  /** The store does not answer: nothing new should begin. */
  get troubled(): boolean {
    return this.#troubled
  }

  /** Takes along what may go now of what the outbox holds. */
  exchange(instance: string, claim: Claim | null): Promise<ExchangeReply> {
    if (this.telling) {
      const settle = claim === null && this.mayTell ? this.outbox.takeSettling() : []
      if (settle.length > 0) this.#inARow++
      return this.#carry(instance, claim, { ...NOTHING, settle })
    }
    this.#inARow = 0
    const { settle, start, report } = this.outbox.take()
    const starts = [...start, ...this.#parts.starts()]
    this.#onlySettles = starts.length + report.length === 0
    return this.#carry(instance, claim, { settle, start: starts, report })
  }

  async #carry(instance: string, claim: Claim | null, mail: Mail): Promise<ExchangeReply> {
    const tells = mail.settle.length + mail.start.length + mail.report.length > 0 ? 1 : 0
    const exchange = {
      instance,
      settle: mail.settle.map((settling) => settling.outcome),
      start: mail.start.map((letter) => letter.content),
      report: mail.report,
      claim,
    }
    this.#travelling++
    this.#telling += tells
    try {
      const reply = await this.#parts.requester.send(
        (request) => this.#parts.store.exchange(request, exchange),
        (_elapsed, error) => {
          this.#noteTrouble(error)
          return this.#parts.leaseLives()
        },
      )
      if (this.#troubled) this.#parts.log.warn(`worker '${this.#parts.workerId}': the store answers again`)
      this.#troubled = false
      this.#deliver(reply, mail, claim !== null)
      this.#parts.onReply(reply, instance)
      return reply
    } catch (error) {
      await this.#undelivered(instance, mail, error)
      throw error
    } finally {
      this.#troubled = false
      this.#travelling--
      this.#telling -= tells
    }
  }

  /** Told once, not at every try. */
  #noteTrouble(error: unknown): void {
    const { log, workerId } = this.#parts
    if (!this.#troubled) log.warn(`worker '${workerId}': the store does not answer: ${(error as Error)?.message}`)
    this.#troubled = true
  }

  #deliver(reply: ExchangeReply, mail: Mail, claimed: boolean): void {
    mail.settle.forEach(({ job, outcome }, i) => {
      this.#parts.onSettled(job, outcome, reply.settled[i] === true, claimed)
    })
    mail.start.forEach((letter, i) => {
      letter.answered(reply.started[i] === true)
    })
    mail.report.forEach((report, i) => {
      if (reply.reported[i] === false) this.#parts.onReportRefused(report)
    })
  }

  /** One outcome that the store refuses (a result too large for it, say) must not take others with it: each goes alone. */
  async #undelivered(instance: string, mail: Mail, error: unknown): Promise<void> {
    const { log, workerId, onSettled } = this.#parts
    const code = (error as { code?: unknown })?.code
    const hopeless = code === 'JOBS_STORE_UNAVAILABLE' || code === 'JOBS_STORE_CLOSED'
    if (!hopeless && mail.settle.length + mail.start.length + mail.report.length > 1)
      return this.#oneByOne(instance, mail)
    const [only] = mail.settle
    const instead = hopeless || only === undefined ? null : withoutResult(only.job, only.outcome, error)
    if (only !== undefined && instead !== null) {
      return this.#alone(instance, { settle: [{ job: only.job, outcome: instead }] })
    }
    log.error(`worker '${workerId}': the store did not take what was sent: ${(error as Error)?.message}`)
    for (const { job, outcome } of mail.settle) onSettled(job, outcome, false, false)
    for (const letter of mail.start) letter.answered(false)
  }

  async #oneByOne(instance: string, mail: Mail): Promise<void> {
    for (const settling of mail.settle) await this.#alone(instance, { settle: [settling] })
    for (const letter of mail.start) await this.#alone(instance, { start: [letter] })
    for (const report of mail.report) await this.#alone(instance, { report: [report] })
  }

  /** What fails alone has been told and logged already. */
  async #alone(instance: string, mail: Partial<Mail>): Promise<void> {
    await this.#carry(instance, null, { ...NOTHING, ...mail }).catch(() => undefined)
  }
}

/** A completion whose result the store does not take becomes a failure that says why: its work was done, once. */
function withoutResult(job: ClaimedJob, outcome: Outcome, error: unknown): Outcome | null {
  if (outcome.kind !== 'complete') return null
  const { result: _, ...rest } = outcome
  return { ...rest, kind: 'fail', error: toErrorRecord(error, job.reserved ? job.attempt + 1 : job.attempt) }
}
