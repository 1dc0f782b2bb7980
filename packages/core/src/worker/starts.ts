import { fenceOf } from './fence'
import type { StartLetter } from './outbox'
import type { Run } from './run'

/** Runs of reserved jobs whose start the store has not been told. */
export class Starts {
  readonly #untold = new Set<Run>()

  get size(): number {
    return this.#untold.size
  }

  add(run: Run): void {
    this.#untold.add(run)
  }

  /** Its outcome tells that it had begun. */
  delete(run: Run): void {
    this.#untold.delete(run)
  }

  /** What to tell now; a run whose start is refused has lost its job. */
  take(): StartLetter[] {
    const now = performance.now()
    const letters = [...this.#untold].map((run) => ({
      content: { ...fenceOf(run.job), ago: now - run.startedAt },
      answered: (accepted: boolean) => {
        if (!accepted) run.abort('lost')
      },
    }))
    this.#untold.clear()
    return letters
  }
}
