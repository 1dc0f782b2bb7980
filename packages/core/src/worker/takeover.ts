import { WorkerIdTakenError } from '../model/errors'
import type { Store, WorkerHolder, WorkerInfo } from '../store/port'

/** A worker that has missed so many beats counts as dead to one that wants its id. */
const MISSED_BEATS = 3

export interface TakeoverOptions {
  readonly store: Store
  readonly beatMs: number
  /** Whether a process of this host is gone; null where that cannot be known. */
  isGone(holder: WorkerHolder): boolean | null
}

/**
 * Registers a worker. Where its id is held: takes over at once if the holder's process is proven gone, else once it has
 * missed three beats.
 * @throws WorkerIdTakenError as soon as the holder beats
 */
export async function register(worker: WorkerInfo, options: TakeoverOptions): Promise<void> {
  const { store, beatMs, isGone } = options
  const patience = beatMs * MISSED_BEATS
  let seen: WorkerHolder | undefined
  for (;;) {
    const answer = await store.register(worker)
    if (answer.registered) return
    const { holder } = answer
    // A beat shows as an age that shrank.
    const beaten = seen !== undefined && seen.instance === holder.instance && holder.beatAge < seen.beatAge
    if (beaten || isGone(holder) === false) throw new WorkerIdTakenError(worker.id, holder.host, holder.pid)
    const dead = isGone(holder) === true
    if (dead || holder.beatAge >= patience) {
      const evicted = await store.register(worker, { instance: holder.instance, beatAge: dead ? 0 : patience })
      if (evicted.registered) return
    }
    seen = holder
    await new Promise((resolve) => setTimeout(resolve, Math.min(beatMs / 2, 250)))
  }
}
