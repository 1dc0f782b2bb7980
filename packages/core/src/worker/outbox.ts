import type { ClaimedJob, Outcome, Report, Start } from '../store/port'

/** The start of a job to tell the store, and what to do with the answer: false where the fence refused it. */
export interface StartLetter {
  readonly content: Start
  answered(accepted: boolean): void
}

export interface Settling {
  readonly job: ClaimedJob
  readonly outcome: Outcome
}

/** A store takes so many outcomes at once. */
const MOST = 1_000

export interface Mail {
  readonly settle: readonly Settling[]
  readonly start: readonly StartLetter[]
  readonly report: readonly Report[]
}

/** What waits for the next exchange. */
export class Outbox {
  #settle: Settling[] = []
  #start: StartLetter[] = []
  #reports = new Map<string, Report>()

  get size(): number {
    return this.#settle.length + this.#start.length + this.#reports.size
  }

  get settling(): number {
    return this.#settle.length
  }

  settle(job: ClaimedJob, outcome: Outcome): void {
    this.#settle.push({ job, outcome })
  }

  start(letter: StartLetter): void {
    this.#start.push(letter)
  }

  /** Only the latest of each job counts. */
  report(report: Report): void {
    this.#reports.set(report.id, { ...this.#reports.get(report.id), ...report })
  }

  /** What was reported and not yet sent: it goes with the outcome. */
  takeReport(id: string): Report | undefined {
    const report = this.#reports.get(id)
    if (report !== undefined) this.#reports.delete(id)
    return report
  }

  takeSettling(): readonly Settling[] {
    return this.#settle.splice(0, MOST)
  }

  take(): Mail {
    const mail = {
      settle: this.takeSettling(),
      start: this.#start.splice(0, MOST),
      report: [...this.#reports.values()].slice(0, MOST),
    }
    for (const report of mail.report) this.#reports.delete(report.id)
    return mail
  }
}
