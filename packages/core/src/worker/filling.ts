import { keepToStore } from '../model/catalog'
import { LocksUnsupportedError } from '../model/errors'
import { toErrorRecord } from '../store/error-record'
import type { ClaimedJob, Fill, Outcome, Store } from '../store/port'
import { fenceOf } from './fence'
import type { StartLetter } from './outbox'
import type { Run } from './run'
import { locksOf } from './task-locks'

export interface FillingHost {
  readonly store: Store
  tell(letter: StartLetter): void
  /** It is stored, and the job may run; null: its lease is another's. */
  filled(run: Run, job: ClaimedJob | null): void
  /** Now that its locks are known, the next claim finds out whether the job may run. */
  sentBack(run: Run, outcome: Outcome): void
  /** It cannot run. */
  ended(run: Run, outcome: Outcome): void
}

/** The enqueuer did not know the task: what it could not know is stored before the run. */
export class Filling {
  readonly #host: FillingHost

  constructor(host: FillingHost) {
    this.#host = host
  }

  /** Calls one of the host's methods, later or at once. */
  begin(run: Run): void {
    const { maxAttempts, keep } = run.settings
    const fill = { maxAttempts, keep: keepToStore(keep), locks: [] }
    if (run.task.locks === undefined) {
      this.#tell(run, fill)
      return
    }
    locksOf(run.task, run.job).then(
      (locks) => (locks.length === 0 ? this.#tell(run, fill) : this.#sendBack(run, { ...fill, locks })),
      (error) => this.#end(run, fill, error),
    )
  }

  #tell(run: Run, fill: Fill): void {
    this.#host.tell({
      content: { ...fenceOf(run.job), ago: 0, fill },
      answered: (accepted) => {
        const job = { ...run.job, ...fill, reserved: false, attempt: run.attempt }
        this.#host.filled(run, accepted ? job : null)
      },
    })
  }

  #sendBack(run: Run, fill: Fill): void {
    const { store } = this.#host
    if (store.locks === undefined) this.#end(run, fill, new LocksUnsupportedError(store.name))
    else this.#host.sentBack(run, { ...fenceOf(run.job), kind: 'release', ranFor: null, fill })
  }

  #end(run: Run, fill: Fill, error: unknown): void {
    const keep = run.settings.keep.failed
    const record = toErrorRecord(error, run.attempt)
    this.#host.ended(run, { ...fenceOf(run.job), kind: 'fail', ranFor: 0, fill, error: record, keep })
  }
}
