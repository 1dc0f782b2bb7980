import { randomUUID } from 'node:crypto'
import type { ClientSession } from 'mongodb'
import { isDuplicate } from '../errors'
import { type EntryDocument, REMEMBERED, type Tally, type TotalsDocument } from '../model/documents'
import type { Connection } from '../server/connection'
import { KINDS, type Kind, Sums } from './tally'

/** Entries that one step adds to the totals. */
const STEP = 1_000
/** This process does such a step after so many entries of its own. */
const FOLD_AFTER = 300
/** Reading is repeated while totals change under it, so often at most. */
const READS = 20

/**
 * How many jobs there are of each kind. Each operation leaves an entry with what it changed; entries are added to totals
 * now and then. An entry counts from when it is there until it is in the totals, at every instant in exactly one place.
 */
export class Ledger {
  readonly #connection: Connection
  #entries = 0
  #folding: Promise<unknown> | null = null

  constructor(connection: Connection) {
    this.#connection = connection
  }

  /** An entry of an operation that has no request. */
  async note(tallies: readonly Tally[], session?: ClientSession): Promise<void> {
    if (tallies.length === 0) return
    const entry = { _id: randomUUID(), ...this.open(tallies) }
    await this.#connection.run(() => this.#connection.entries.insertOne(entry, session && { session }))
  }

  /** The fields of an entry with these tallies. */
  open(tallies: readonly Tally[]): Omit<EntryDocument, '_id'> {
    const now = this.#connection.clock.now()
    const forget = new Date(now + REMEMBERED)
    if (tallies.length === 0) return { forget }
    this.#entries++
    if (this.#entries % FOLD_AFTER === 0) {
      this.#folding ??= this.fold()
        .catch(() => undefined)
        .finally(() => {
          this.#folding = null
        })
    }
    return { forget, open: now, tallies }
  }

  /** Every queue's counts, as of one instant. */
  async read(): Promise<Sums> {
    for (let attempt = 1; ; attempt++) {
      const totals = await this.#totals()
      const entries = await this.#openEntries()
      const again = await this.#totals()
      if (attempt === READS || sameVersions(totals, again)) return summed(again, entries)
    }
  }

  /** Adds entries to the totals; any number of processes may at once, and wherever one is cut off the next goes on. */
  async fold(): Promise<void> {
    const { run, entries } = this.#connection
    const open = await this.#openEntries(STEP)
    if (open.length === 0) return
    const totals = new Map((await this.#totals()).map((one) => [one._id, one]))
    for (const queue of new Set(open.flatMap(({ tallies = [] }) => tallies.map((tally) => tally.queue)))) {
      const folded = new Set(totals.get(queue)?.folded)
      const mine = open.filter(
        ({ _id, tallies = [] }) => !folded.has(_id) && tallies.some((one) => one.queue === queue),
      )
      if (!(await this.#add(queue, mine))) return
    }
    const ids = open.map(({ _id }) => _id)
    await run(() => entries.updateMany({ _id: { $in: ids } }, { $unset: { open: '' } }))
    const filter = { folded: { $in: ids } }
    await run(() => this.#connection.totals.updateMany(filter, { $pullAll: { folded: ids }, $inc: { v: 1 } }))
  }

  /** Waits for what goes on by itself. */
  async close(): Promise<void> {
    await this.#folding
  }

  /** One step for one queue: what is in it is in the total and among its `folded` in the same instant. */
  async #add(queue: string, entries: readonly EntryDocument[]): Promise<boolean> {
    if (entries.length === 0) return true
    const ids = entries.map(({ _id }) => _id)
    const sum = summed([], entries).of(queue)
    const update = { $inc: { ...sum, v: 1 }, $push: { folded: { $each: ids } } }
    try {
      const filter = { _id: queue, folded: { $nin: ids } }
      await this.#connection.run(() => this.#connection.totals.updateOne(filter, update, { upsert: true }))
      return true
    } catch (error) {
      // Somebody else has added one of them meanwhile, and goes on with them.
      if (isDuplicate(error)) return false
      throw error
    }
  }

  #totals(): Promise<readonly TotalsDocument[]> {
    return this.#connection.run(() => this.#connection.totals.find().toArray())
  }

  #openEntries(limit = 0): Promise<readonly EntryDocument[]> {
    const projection = { _id: 1, tallies: 1 }
    return this.#connection.run(() =>
      this.#connection.entries
        .find({ open: { $exists: true } }, { projection })
        .sort({ open: 1 })
        .limit(limit)
        .toArray(),
    ) as Promise<readonly EntryDocument[]>
  }
}

function summed(totals: readonly TotalsDocument[], entries: readonly EntryDocument[]): Sums {
  const sums = new Sums()
  const folded = new Map(totals.map((one) => [one._id, new Set(one.folded)]))
  const add = (queue: string, from: Readonly<Partial<Record<Kind, number>>>) => {
    for (const kind of KINDS) sums.add(queue, kind, from[kind] ?? 0)
  }
  for (const total of totals) add(total._id, total)
  for (const { _id, tallies = [] } of entries) {
    for (const tally of tallies) if (!folded.get(tally.queue)?.has(_id)) add(tally.queue, tally)
  }
  return sums
}

function sameVersions(some: readonly TotalsDocument[], others: readonly TotalsDocument[]): boolean {
  const versions = new Map(some.map(({ _id, v }) => [_id, v]))
  return some.length === others.length && others.every(({ _id, v }) => versions.get(_id) === v)
}
