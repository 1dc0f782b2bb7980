import { type AnyBulkWriteOperation, MongoBulkWriteError, type MongoClient } from 'mongodb'
import { isDuplicate } from '../src/errors'
import { around, type Wrap } from './steps'

const READS = ['find', 'findOne', 'aggregate', 'distinct', 'countDocuments']
const WRITES = ['insertOne', 'insertMany', 'updateOne', 'replaceOne', 'deleteOne', 'findOneAndUpdate']

/**
 * A client that dies before its nth write: nothing that it asks comes through any more. That is also how it looks where it
 * died after the one before, without having heard of it. A write of several documents is made as several writes,
 * for MongoDB may stop in the middle of it.
 */
export class Mortal {
  /** Writes so far. */
  writes = 0
  isDead = false
  readonly client: MongoClient
  readonly #death: number | null

  constructor(client: MongoClient, death: number | null) {
    this.#death = death
    this.client = around(client, { db: this.#databaseOf })
  }

  readonly #databaseOf: Wrap = (open) => {
    return (...args) => around(open(...args) as object, { collection: this.#collectionOf })
  }

  readonly #collectionOf: Wrap = (open) => {
    return (...args) => {
      const collection = open(...args) as Collection
      const writes = Object.fromEntries(WRITES.map((name) => [name, this.#write]))
      const reads = Object.fromEntries(READS.map((name) => [name, this.#read]))
      const several: Record<string, Wrap> = {
        updateMany: () => (filter, update) => this.#each(collection, [{ updateMany: { filter, update } } as Operation]),
        deleteMany: () => (filter) => this.#each(collection, [{ deleteMany: { filter } } as Operation]),
        bulkWrite: () => (operations) => this.#each(collection, operations as Operation[]),
      }
      return around(collection, { ...writes, ...reads, ...several })
    }
  }

  readonly #read: Wrap = (ask) => {
    return (...args) => {
      if (this.isDead) throw new Error('dead')
      return ask(...args)
    }
  }

  readonly #write: Wrap = (ask) => {
    return async (...args) => {
      this.writes++
      this.isDead ||= this.#death === this.writes
      if (this.isDead) throw new Error('dead')
      return ask(...args)
    }
  }

  async #each(collection: Collection, operations: readonly Operation[]) {
    const sum = { matchedCount: 0, deletedCount: 0 }
    let refused: unknown
    for (const one of operations.flatMap(singles)) {
      const made = this.#write(() => collection.bulkWrite([one])) as () => Promise<typeof sum>
      try {
        const { matchedCount, deletedCount } = await made()
        sum.matchedCount += matchedCount
        sum.deletedCount += deletedCount
      } catch (error) {
        if (!isDuplicate(error) && !(error instanceof MongoBulkWriteError)) throw error
        refused ??= error
      }
    }
    if (refused !== undefined) throw refused
    return sum
  }
}

type Operation = AnyBulkWriteOperation<{ _id: string }>
type Collection = { bulkWrite(operations: readonly Operation[]): Promise<unknown> }

/** One operation for each document, where they are named. */
function singles(operation: Operation): readonly Operation[] {
  const many =
    'updateMany' in operation ? operation.updateMany : 'deleteMany' in operation ? operation.deleteMany : null
  const ids = (many?.filter as { _id?: { $in?: readonly string[] } } | undefined)?._id?.$in
  if (many === null || ids === undefined) return [operation]
  return ids.map((_id): Operation => {
    const filter = { ...many.filter, _id }
    return 'updateMany' in operation
      ? { updateOne: { filter, update: operation.updateMany.update } }
      : { deleteOne: { filter } }
  })
}
