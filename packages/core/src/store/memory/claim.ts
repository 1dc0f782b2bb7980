import type { Claim, ClaimedJob, WorkerInfo } from '../port'
import { type Entry, toClaimed } from './entry'
import { type Jobs, RECOVERED } from './jobs'

/** What a claim got, short enough to be remembered for a minute. */
export interface Taken {
  readonly claim: string
  readonly ids: readonly string[]
  readonly more: boolean
}

export const NOTHING: Taken = { claim: '', ids: [], more: false }

/** Serves the queues in turn, each in the order of its line, until the claim has what it asked for. */
export function claimJobs(jobs: Jobs, claim: Claim, worker: WorkerInfo): Taken {
  const ids: string[] = []
  let room = claim.maxBytes
  let full = false
  let heldBack = false
  const soon = claim.start + (claim.reserveLocked ?? 0)
  for (const { name, limit } of claim.queues) {
    const queue = jobs.queues.get(name)
    if (!queue || queue.paused || full) continue
    let served = 0
    while (served < limit && ids.length < claim.start + claim.reserve) {
      const next = queue.first(claim.lanes)
      if (!next) break
      if (ids.length >= claim.start && !mayBeReserved(next, ids.length < soon)) {
        heldBack = true
        break
      }
      const bytes = bytesOf(next.input)
      full = bytes > room && ids.length > 0
      if (full) break
      if (!jobs.admit(next)) continue
      room -= bytes
      served += 1
      const started = ids.length < claim.start
      jobs.take(next, worker, claim.id)
      if (started) jobs.start(next, 0)
      ids.push(next.id)
    }
  }
  return { claim: claim.id, ids, more: full || heldBack }
}

/** Those of a claim's jobs that are in its hands, as they are now. */
export function inHand(jobs: Jobs, { claim, ids }: Taken): readonly ClaimedJob[] {
  return ids.flatMap((id) => {
    const entry = jobs.all.get(id)
    return entry?.hold?.claim === claim ? [toClaimed(entry, entry.hold)] : []
  })
}

/** @param soon it would begin so soon that it may hold locks meanwhile */
function mayBeReserved(entry: Entry, soon: boolean): boolean {
  if (entry.unique?.while === 'queued') return false
  return entry.locks.length > 0 ? soon : entry.rank !== RECOVERED
}

const encoder = new TextEncoder()

function bytesOf(input: string | null): number {
  return input === null ? 0 : encoder.encode(input).length
}
