import { randomInt, randomUUID } from 'node:crypto'
import type { LockFilter } from '@jobs-worker/core/store'
import type { Filter } from 'mongodb'
import { apply } from '../changes/changes'
import { isDuplicate } from '../errors'
import { type JobDocument, type OwnerDocument, REMEMBERED, WITHOUT_PAYLOAD } from '../model/documents'
import { type AnyHolder, expire, isOwner } from '../model/holdings'
import { keysToOffer, offerOf } from '../model/standing'
import { type Connection, wholeBatch } from '../server/connection'

/** Before the names of owners, among the ids of jobs and entries. */
const OWNER = 'owner:'

/** Who comes back begins anew, at another version than before: what was thought out for who went is not made to it. */
const MOST_FIRST = 2 ** 40

/** As many holders as a request is asked about, mostly. */
const MOST = 1_000

/** Of a job's run, as the port writes it. */
const RUN_OWNER = /^job:(.*):(\d+)$/

export interface KeyOfHolder {
  readonly _id: string
  readonly key: string
}

export async function findHolders(
  { run, owners }: Connection,
  filter: Filter<OwnerDocument>,
  limit = 0,
): Promise<readonly AnyHolder[]> {
  return run(() =>
    owners.find<AnyHolder>(filter, { projection: WITHOUT_PAYLOAD, limit, ...wholeBatch(limit || MOST) }).toArray(),
  )
}

/** An owner as it is stored, or as it would be before it has anything. */
export async function ownerNamed(connection: Connection, owner: string): Promise<OwnerDocument> {
  const _id = idOfOwner(owner)
  const [found] = await findHolders(connection, { _id })
  return (found as OwnerDocument | undefined) ?? { _id, version: 0, owner }
}

function idOfOwner(owner: string): string {
  return `${OWNER}${owner}`
}

/** Which of these keys are held, by whom; an owner whose time is over loses them here. */
export async function holdersOf(connection: Connection, keys: readonly string[]): Promise<Map<string, string>> {
  const wanted = new Set(keys)
  for (;;) {
    const found = await findHolders(connection, { keys: { $in: [...keys] }, held: true })
    const now = connection.clock.now()
    const over = found.filter((holder) => expire(holder, now) !== holder)
    if (over.length === 0) {
      return new Map(
        found.flatMap(({ _id, keys: held = [] }) => held.filter((key) => wanted.has(key)).map((key) => [key, _id])),
      )
    }
    for (const holder of over) await change(connection, holder, expire(holder, now), randomUUID())
  }
}

/** Keys that are held, in order, and by whom: of an owner, of these keys, after this one. */
export function pageOfKeys(
  { run, owners }: Connection,
  { owner, keys }: Pick<LockFilter, 'owner' | 'keys'>,
  after: string,
  limit: number,
): Promise<readonly KeyOfHolder[]> {
  const range = { keys: { $gt: after, ...(keys && { $in: [...keys] }) } }
  const pipeline = [
    { $match: { held: true, ...range, ...(owner === undefined ? {} : ownerFilter(owner)) } },
    { $project: { keys: 1 } },
    { $unwind: '$keys' },
    { $match: range },
    { $sort: { keys: 1 } },
    { $limit: limit },
    { $project: { key: '$keys' } },
  ]
  return run(() => owners.aggregate<KeyOfHolder>(pipeline).toArray())
}

function ownerFilter(owner: string): object {
  const [, id, run] = RUN_OWNER.exec(owner) ?? []
  return id === undefined ? { _id: idOfOwner(owner) } : { _id: id, run: Number(run) }
}

/**
 * Makes a change to somebody who holds locks, or is about to: to the version that was read, or not at all. Keys that it gives
 * up are told of as those of `apply`.
 * @returns how it is now; stale: somebody else was quicker with it; taken: somebody else has one of its new keys
 */
export async function change(
  connection: Connection,
  before: AnyHolder,
  after: AnyHolder,
  by: string,
): Promise<AnyHolder | 'stale' | 'taken'> {
  if (after === before) return before
  try {
    if (isOwner(before)) return (await replace(connection, before, after as OwnerDocument, by)) ?? 'stale'
    const job = after as JobDocument
    const made = await apply(connection, [{ before, after: job }], by)
    return made.length === 1 ? { ...job, v: job.v + 1 } : 'stale'
  } catch (error) {
    if (isDuplicate(error)) return 'taken'
    throw error
  }
}

async function replace(
  { run, owners, clock }: Connection,
  before: OwnerDocument,
  { forget: _, ...after }: OwnerDocument,
  by: string,
): Promise<OwnerDocument | null> {
  const keys = keysToOffer(before, after)
  const offer = keys.length === 0 ? before.offer : offerOf(keys, before, by, clock.now())
  const document: OwnerDocument = {
    ...after,
    version: before.version === 0 ? randomInt(1, MOST_FIRST) : before.version + 1,
    ...(offer === undefined ? {} : { offer }),
    ...(after.held ? {} : { forget: new Date(clock.now() + REMEMBERED) }),
  }
  if (before.version === 0) {
    await run(() => owners.insertOne(document))
    return document
  }
  const { _id, version } = before
  return (await run(() => owners.replaceOne({ _id, version }, document))).matchedCount === 1 ? document : null
}
