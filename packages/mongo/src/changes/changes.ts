import type { AnyBulkWriteOperation, ClientSession } from 'mongodb'
import { type JobDocument, REMEMBERED } from '../model/documents'
import { instant } from '../model/moves'
import { keysToOffer, offerOf } from '../model/standing'
import { type Connection, wholeBatch } from '../server/connection'
import { folded, type Group, isAlike, type Update } from './folded'

/** A job as it was read, and as it is to be; null: gone. */
export interface Change {
  readonly before: JobDocument
  readonly after: JobDocument | null
  /** Its key goes to another job: a window ends with that. */
  readonly moved?: boolean
}

/**
 * Makes changes to jobs, each to the version that was read or not at all: two that think differently about a job never mix.
 * Several jobs are no one step in MongoDB; each of them is, and `by` says whose it was. A change that may make it somebody's
 * turn says so in the same step: see `Turns`.
 * @param by this operation's own name
 * @returns the changes that were made
 */
export async function apply(
  connection: Connection,
  changes: readonly Change[],
  by: string,
  session?: ClientSession,
): Promise<readonly Change[]> {
  if (changes.length === 0) return []
  await keepWindows(connection, changes)
  const written = await write(connection, folded(grouped(connection, changes, by)), session)
  const made = written === changes.length ? changes : await landed(connection, changes, by, session)
  // A transaction may still come to nothing.
  if (session === undefined) connection.hands.made(made, by)
  return made
}

async function write(connection: Connection, groups: readonly Group[], session?: ClientSession): Promise<number> {
  const options = session === undefined ? {} : { session }
  const [only] = groups
  if (groups.length === 1 && only !== undefined) {
    const filter = { _id: { $in: only.ids }, v: only.version }
    const { update } = only
    if (update === null) return (await connection.run(() => connection.jobs.deleteMany(filter, options))).deletedCount
    return (await connection.run(() => connection.jobs.updateMany(filter, update, options))).matchedCount
  }
  const operations = groups.map(({ version, update, ids }): AnyBulkWriteOperation<JobDocument> => {
    const filter = { _id: ids.length === 1 ? (ids[0] as string) : { $in: ids }, v: version }
    const one = ids.length === 1
    if (update === null) return one ? { deleteOne: { filter } } : { deleteMany: { filter } }
    return one ? { updateOne: { filter, update } } : { updateMany: { filter, update } }
  })
  const result = await connection.run(() => connection.jobs.bulkWrite(operations, { ordered: false, ...options }))
  return result.matchedCount + result.deletedCount
}

/** Those that were made, where somebody else was quicker with others. */
export async function landed(
  connection: Connection,
  changes: readonly Change[],
  by: string,
  session?: ClientSession,
): Promise<readonly Change[]> {
  const ids = changes.map(({ before }) => before._id)
  const projection = { _id: 1, by: 1, v: 1, run: 1, 'hold.claim': 1 }
  const options = { projection, ...wholeBatch(ids.length), ...(session && { session }) }
  const found = await connection.run(() => connection.jobs.find({ _id: { $in: ids } }, options).toArray())
  const there = new Map(found.map((job) => [job._id, job]))
  return changes.filter(({ before, after }) => {
    const job = there.get(before._id)
    if (job === undefined || after === null) return after === null && (job === undefined || job.v === undefined)
    // What it took is in its hands, whatever else was said of it since.
    const isTaken = after.run > before.run && job.run === after.run && job.hold?.claim === after.hold?.claim
    return isTaken || (job.by === by && job.v === before.v + 1)
  })
}

/** What is written alike is mostly found side by side: only where it is not, a text tells what it is like. */
function grouped(connection: Connection, changes: readonly Change[], by: string): readonly Group[] {
  const groups = new Map<string, Group>()
  let latest: Group | undefined
  for (const change of changes) {
    const { _id, v } = change.before
    const update = updateOf(connection, change, by)
    if (latest?.version !== v || !isAlike(latest.update, update)) {
      const key = `${v} ${JSON.stringify(update)}`
      latest = groups.get(key) ?? { version: v, update, ids: [] }
      groups.set(key, latest)
    }
    latest.ids.push(_id)
  }
  return [...groups.values()]
}

function updateOf({ clock }: Connection, { before, after }: Change, by: string): Group['update'] {
  const keys = keysToOffer(before, after)
  const offer = keys.length === 0 ? before.offer : offerOf(keys, before, by, clock.now())
  if (after !== null) return updateTo(before, offer === undefined ? after : { ...after, offer }, by)
  if (offer === undefined) return null
  // Nothing is left of it but what has to be told.
  const rest = { by, offer, forget: new Date(clock.now() + REMEMBERED) }
  return [{ $replaceWith: { $mergeObjects: [{ _id: '$_id' }, { $literal: rest }] } }]
}

/** Documents share what was not changed, so that a look at the references is enough. */
function updateTo(before: JobDocument, after: JobDocument, by: string): Update {
  const $set: Record<string, unknown> = {}
  let $unset: Record<string, ''> | undefined
  const [was, is] = [before as unknown as Record<string, unknown>, after as unknown as Record<string, unknown>]
  for (const field in is) if (is[field] !== was[field]) $set[field] = is[field]
  for (const field in was) {
    if (was[field] === undefined || is[field] !== undefined) continue
    $unset ??= {}
    $unset[field] = ''
  }
  $set.by = by
  return { $set, ...($unset && { $unset }), $inc: { v: 1 } }
}

/** A window outlives its job: from now on it stands for itself. First, so that it is never forgotten. */
async function keepWindows(connection: Connection, changes: readonly Change[]): Promise<void> {
  const now = connection.clock.now()
  const ending = changes.filter(({ before, after, moved }) => {
    const ends = before.holds !== undefined && after?.holds === undefined
    return ends && !moved && before.until !== undefined && before.until > now
  })
  if (ending.length === 0) return
  const operations = ending.map(({ before }) => {
    const until = before.until as number
    const window = { job: before._id, until, forget: instant(until) }
    return { replaceOne: { filter: { _id: before.holds as string }, replacement: window, upsert: true } }
  })
  await connection.run(() => connection.windows.bulkWrite(operations, { ordered: false }))
}
