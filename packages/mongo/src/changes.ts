import type { AnyBulkWriteOperation, ClientSession, UpdateFilter } from 'mongodb'
import type { Connection } from './connection'
import type { JobDocument } from './documents'
import { instant } from './moves'

/** A job as it was read, and as it is to be; null: gone. */
export interface Change {
  readonly before: JobDocument
  readonly after: JobDocument | null
  /** Its key goes to another job: a window ends with that. */
  readonly moved?: boolean
}

/** A write that some changes share. */
interface Group {
  readonly version: number
  /** null: deletes them. */
  readonly update: UpdateFilter<JobDocument> | null
  readonly ids: string[]
}

/**
 * Makes changes to jobs, each to the version that was read or not at all: two that think differently about a job never mix.
 * Several jobs are no one step in MongoDB; each of them is, and `by` says whose it was.
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
  const written = await write(connection, grouped(changes, by), session)
  return written === changes.length ? changes : landed(connection, changes, by, session)
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

/** Somebody else was quicker with some of them. */
async function landed(
  connection: Connection,
  changes: readonly Change[],
  by: string,
  session?: ClientSession,
): Promise<readonly Change[]> {
  const ids = changes.map(({ before }) => before._id)
  const found = await connection.run(() =>
    connection.jobs
      .find({ _id: { $in: ids } }, { projection: { _id: 1, by: 1 }, ...(session && { session }) })
      .toArray(),
  )
  const writers = new Map(found.map((job) => [job._id, job.by]))
  return changes.filter(({ before: { _id }, after }) => (after === null ? !writers.has(_id) : writers.get(_id) === by))
}

function grouped(changes: readonly Change[], by: string): readonly Group[] {
  const groups = new Map<string, Group>()
  for (const { before, after } of changes) {
    const update = after === null ? null : difference(before, after)
    const key = `${before.v} ${JSON.stringify(update)}`
    const group = groups.get(key)
    if (group === undefined)
      groups.set(key, { version: before.v, update: update && stamped(update, by), ids: [before._id] })
    else group.ids.push(before._id)
  }
  return [...groups.values()]
}

interface Difference {
  readonly set: Record<string, unknown>
  readonly unset: Record<string, ''>
}

/** Documents share what was not changed, so that a look at the references is enough. */
function difference(before: JobDocument, after: JobDocument): Difference {
  const set: Record<string, unknown> = {}
  const unset: Record<string, ''> = {}
  const [was, is] = [before as unknown as Record<string, unknown>, after as unknown as Record<string, unknown>]
  for (const field in is) if (is[field] !== was[field]) set[field] = is[field]
  for (const field in was) if (was[field] !== undefined && is[field] === undefined) unset[field] = ''
  return { set, unset }
}

function stamped({ set, unset }: Difference, by: string): UpdateFilter<JobDocument> {
  const some = Object.keys(unset).length > 0
  return { $set: { ...set, by }, ...(some ? { $unset: unset } : {}), $inc: { v: 1 } } as UpdateFilter<JobDocument>
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
