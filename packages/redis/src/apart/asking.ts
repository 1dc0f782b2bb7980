import type { ClaimedJob, RequestId } from '@jobs-worker/core/store'
import { idOf, suffixOf } from '../wire/ids'
import type { Ask, Verdict } from './asks'
import type { LocksApart } from './locks-apart'

/** A claim goes no further when so many jobs turned out to be blocked: the rest is for the next one. */
const MOST_BLOCKED = 1_000

/** What one claim of one queue asks of the locks, and what they say. */
export class Asking {
  readonly #locks: LocksApart
  readonly #request: RequestId
  readonly #queue: string
  readonly #verdicts = new Map<string, Verdict>()
  #blocked = 0

  constructor(locks: LocksApart, request: RequestId, queue: string) {
    this.#locks = locks
    this.#request = request
    this.#queue = queue
  }

  /** The latest of each job. */
  get verdicts(): readonly Verdict[] {
    return [...this.#verdicts.values()]
  }

  get exhausted(): boolean {
    return this.#blocked >= MOST_BLOCKED
  }

  /** @param part tells the asks of one request apart */
  async ask(part: string, asks: readonly Ask[]): Promise<void> {
    const verdicts = await this.#locks.admit(this.#request, part, this.#queue, asks)
    for (const verdict of verdicts) {
      this.#verdicts.set(this.#idOf(verdict), verdict)
      if (verdict.answer !== true) this.#blocked += 1
    }
  }

  /** Gives back what others are to have, since it was not claimed. */
  async end(claimed: readonly ClaimedJob[]): Promise<void> {
    const byId = new Map(claimed.map((job) => [job.id, job]))
    const unused: Verdict[] = []
    for (const [id, verdict] of this.#verdicts) {
      const job = byId.get(id)
      if (verdict.answer !== true) continue
      if (job === undefined) unused.push(verdict)
      else this.#locks.noteRun(job, this.#queue, verdict.ask)
    }
    await this.#locks.giveBack(this.#queue, unused)
  }

  #idOf({ id }: Verdict): string {
    return idOf(id.toString('hex'), suffixOf(this.#queue))
  }
}
