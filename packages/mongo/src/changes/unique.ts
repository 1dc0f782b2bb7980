import type { Enqueued, UniqueRule } from '@jobs-worker/core/store'
import { type ClientSession, type Filter, MongoBulkWriteError } from 'mongodb'
import { tallyOf } from '../counts/tally'
import { isDuplicate } from '../errors'
import type { JobDocument, Tally } from '../model/documents'
import type { Incoming } from '../model/encode-jobs'
import { mayHaveBegun, place, withoutKey } from '../model/moves'
import type { Connection } from '../server/connection'
import { apply, type Change } from './changes'

/** Others may take and give up the same keys meanwhile; so often it is looked again. */
const MOST_LOOKS = 50

export interface StoredUnique {
  readonly outcomes: readonly Enqueued[]
  readonly tallies: readonly Tally[]
  /** What became of the jobs that had the keys. */
  readonly changes: readonly Change[]
}

/** A job on its way in; null where it has no key. */
interface Newcomer extends Incoming {
  readonly rule: UniqueRule | null
  readonly key: string | null
}

/** Who has a key: a job, or the window of one that has ended. */
type Holders = ReadonlyMap<string, { readonly job: JobDocument | null; readonly id: string; readonly window: boolean }>

/** What to do about one newcomer: it is answered; or a job or a window gives way; or it can be stored. */
type Step = { readonly answer: Enqueued } | { readonly change: Change } | { readonly free: string } | 'store'

/**
 * Stores jobs some of which have unique keys: looks who has the keys, acts on it, stores what is free; and looks again where somebody was
 * quicker, for the unique index lets one in. One key twice in a request takes two rounds.
 */
export async function storeUnique(
  connection: Connection,
  incoming: readonly Incoming[],
  by: string,
  session?: ClientSession,
): Promise<StoredUnique> {
  const newcomers = incoming.map(({ job, made }): Newcomer => {
    return { job, made, rule: job.unique, key: made.holds ?? null }
  })
  const answers = new Map<Newcomer, Enqueued>()
  const changes: Change[] = []
  const stored: JobDocument[] = []
  for (let look = 1; answers.size < newcomers.length; look++) {
    if (look > MOST_LOOKS) throw new Error('unique keys change hands faster than they can be taken')
    const round = firstOfEachKey(newcomers.filter((one) => !answers.has(one)))
    const there = await jobsThere(connection, round, by, session)
    const holders = await holdersOf(connection, round, session)
    const free: Newcomer[] = []
    const wanted = new Map<Change, Newcomer>()
    for (const one of round) {
      const outcome = there.get(one.job.id)
      // Stored by this very request before it was cut off, and not counted yet.
      if (outcome === 'created') stored.push(one.made)
      const step: Step = outcome ? { answer: { id: one.job.id, outcome } } : stepOf(connection, one, holders)
      if (step === 'store') free.push(one)
      else if ('change' in step) wanted.set(step.change, one)
      else if ('answer' in step) answers.set(one, step.answer)
      else await connection.run(() => connection.windows.deleteOne({ _id: step.free }, session && { session }))
    }
    for (const change of await apply(connection, [...wanted.keys()], by, session)) {
      changes.push(change)
      if (!change.moved) answers.set(wanted.get(change) as Newcomer, { id: change.before._id, outcome: 'replaced' })
    }
    for (const one of await insert(connection, free, session)) {
      stored.push(one.made)
      answers.set(one, { id: one.job.id, outcome: 'created' })
    }
  }
  const outcomes = newcomers.map((one) => answers.get(one) as Enqueued)
  return { outcomes, tallies: tallyOf(changes, stored), changes }
}

function stepOf({ clock }: Connection, { job, made, rule, key }: Newcomer, holders: Holders): Step {
  const holder = key === null ? undefined : holders.get(key)
  if (key === null || rule === null || holder === undefined) return 'store'
  const { job: there, id, window } = holder
  if (there?.holds !== undefined && there.until !== undefined && there.until <= clock.now()) {
    return { change: { before: there, after: withoutKey(there), moved: true } }
  }
  if (rule.onConflict === 'return') return { answer: { id, outcome: 'existing' } }
  if (rule.onConflict === 'throw') return { answer: { id, outcome: 'conflict' } }
  if (there !== null && isWaiting(there) && !mayHaveBegun(there)) {
    const { input: _, locks: __, ...rest } = there
    const input = job.input === null ? {} : { input: job.input }
    const renewed = { ...rest, ...input, ...(job.locks.length === 0 ? {} : { locks: job.locks }) }
    // In the place that the newcomer would have had.
    return { change: { before: there, after: { ...place(renewed, job.due, clock), order: made.order } } }
  }
  // Of a job that runs the key moves on; of one that has ended, its window ends.
  return window || there === null ? { free: key } : { change: { before: there, after: withoutKey(there), moved: true } }
}

function isWaiting({ state }: JobDocument): boolean {
  return state === 'queued' || state === 'scheduled' || state === 'blocked' || state === 'reserved'
}

function firstOfEachKey(newcomers: readonly Newcomer[]): readonly Newcomer[] {
  const keys = new Set<string>()
  return newcomers.filter(({ key }) => key === null || (!keys.has(key) && keys.add(key)))
}

/** Those of these jobs that are stored already: by this very request, or before it. */
async function jobsThere(connection: Connection, round: readonly Newcomer[], by: string, session?: ClientSession) {
  const filter = { _id: { $in: round.map(({ job }) => job.id) } }
  const options = { projection: { by: 1 }, ...(session && { session }) }
  const found = await connection.run(() => connection.jobs.find(filter, options).toArray())
  return new Map(found.map((job) => [job._id, job.by === by ? ('created' as const) : ('existing' as const)]))
}

async function holdersOf(
  connection: Connection,
  round: readonly Newcomer[],
  session?: ClientSession,
): Promise<Holders> {
  const keys = round.flatMap(({ key }) => key ?? [])
  if (keys.length === 0) return new Map()
  const options = session === undefined ? {} : { session }
  const now = connection.clock.now()
  const find = (filter: Filter<JobDocument>) => connection.run(() => connection.jobs.find(filter, options).toArray())
  const windows = await connection.run(() =>
    connection.windows.find({ _id: { $in: keys }, until: { $gt: now } }, options).toArray(),
  )
  const held = await find({ holds: { $in: keys } })
  const ended = windows.map(({ job }) => job)
  const ofWindows = ended.length === 0 ? [] : await find({ _id: { $in: ended } })
  const holders = new Map<string, { job: JobDocument | null; id: string; window: boolean }>()
  for (const { _id, job } of windows) {
    holders.set(_id, { job: ofWindows.find((one) => one._id === job) ?? null, id: job, window: true })
  }
  for (const job of held) holders.set(job.holds as string, { job, id: job._id, window: false })
  return holders
}

/** Those that were stored; the key of another one was taken meanwhile. */
async function insert(
  connection: Connection,
  round: readonly Newcomer[],
  session?: ClientSession,
): Promise<readonly Newcomer[]> {
  if (round.length === 0) return []
  const documents = round.map(({ made }) => made)
  try {
    await connection.run(() =>
      connection.jobs.insertMany(documents, { ordered: session !== undefined, ...(session && { session }) }),
    )
    return round
  } catch (error) {
    if (session !== undefined || !isDuplicate(error) || !(error instanceof MongoBulkWriteError)) throw error
    const refused = new Set([error.writeErrors].flat().map(({ index }) => index))
    return round.filter((_, place) => !refused.has(place))
  }
}
