import type { Change } from '../changes/changes'
import type { JobDocument, StoredState, Tally } from '../model/documents'

export type Kind = Exclude<keyof Tally, 'queue'>

export const KINDS: readonly Kind[] = ['ready', 'blocked', 'scheduled', 'completed', 'failed', 'cancelled']

/** What these changes mean for the counts, queue by queue; queues without a difference are left out. */
export function tallyOf(changes: readonly Pick<Change, 'before' | 'after'>[], made: readonly JobDocument[] = []) {
  const sums = new Sums()
  for (const { before, after } of changes) {
    sums.add(before.queue, kindOf(before.state), -1)
    if (after !== null) sums.add(after.queue, kindOf(after.state), 1)
  }
  for (const job of made) sums.add(job.queue, kindOf(job.state), 1)
  return sums.tallies
}

/** Counts of several queues. */
export class Sums {
  readonly #byQueue = new Map<string, Record<Kind, number>>()

  add(queue: string, kind: Kind, count: number): void {
    const sum = this.of(queue)
    sum[kind] += count
  }

  of(queue: string): Record<Kind, number> {
    const found = this.#byQueue.get(queue)
    if (found !== undefined) return found
    const sum = { ready: 0, blocked: 0, scheduled: 0, completed: 0, failed: 0, cancelled: 0 }
    this.#byQueue.set(queue, sum)
    return sum
  }

  get tallies(): readonly Tally[] {
    return [...this.#byQueue]
      .map(([queue, sum]) => ({ queue, ...sum }))
      .filter((tally) => KINDS.some((kind) => tally[kind] !== 0))
  }
}

function kindOf(state: StoredState): Kind {
  return state === 'queued' || state === 'reserved' || state === 'running' ? 'ready' : state
}
