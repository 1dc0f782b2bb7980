import type { LockRequest } from '@jobs-worker/core/store'
import type { Holder, JobDocument, Offer } from './documents'

/** What a job says of its locks. */
export function lockFields(locks: readonly LockRequest[]): Pick<JobDocument, 'locks' | 'keys'> {
  return locks.length === 0 ? {} : { locks, keys: locks.map(({ key }) => key) }
}

const NONE: readonly string[] = []

/** Of a document that may stand in the way of others: it holds its keys, or stands in their lines. */
type Standing = Holder & Pick<Partial<JobDocument>, 'state' | 'joined'>

/**
 * The keys at which somebody should look whose turn it is after this change: those that the document gave up, and those of a
 * job that has begun to wait, for what it saw in its way may have gone before it said so.
 */
export function keysToOffer(before: Standing, after: Standing | null): readonly string[] {
  if (before.keys === undefined && after?.keys === undefined) return NONE
  if (after?.state === 'blocked' && before.state !== 'blocked') return after.keys ?? []
  // What it held and only waits for now may be somebody's who stands before it.
  if (before.held && !after?.held) return before.keys ?? []
  const left = new Set(keysInTheWay(after))
  return keysInTheWay(before).filter((key) => !left.has(key))
}

/** What tells of them, until somebody has looked; with those of which it tells already. */
export function offerOf(keys: readonly string[], before: Holder, by: string, at: number): Offer {
  return { keys: [...new Set([...(before.offer?.keys ?? []), ...keys])], by, at }
}

function keysInTheWay(document: Standing | null): readonly string[] {
  return document?.held || document?.joined !== undefined ? (document.keys ?? []) : []
}
