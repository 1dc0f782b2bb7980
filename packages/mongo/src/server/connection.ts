import { StoreConfigError } from '@jobs-worker/core/store'
import type { ClientSession, Collection, Db, MongoClient, TransactionOptions } from 'mongodb'
import { isConflict, isDuplicate, isLostRace, STORE, translate } from '../errors'
import type {
  EntryDocument,
  JobDocument,
  MetaDocument,
  OwnerDocument,
  QueueDocument,
  ScheduleDocument,
  SignalDocument,
  TotalsDocument,
  WindowDocument,
  WorkerDocument,
} from '../model/documents'
import type { CheckedOptions } from '../options'
import { Clock } from './clock'
import { Hands } from './hands'

/** The wire version of MongoDB 5.0. */
const OLDEST = 13

/** Writes that lost against others are sent again so often. */
const MOST_CONFLICTS = 8

/** Whatever the client's own settings are. */
const TRANSACTION: TransactionOptions = {
  readConcern: { level: 'snapshot' },
  writeConcern: { w: 'majority' },
  readPreference: 'primary',
}

/** The way to the database: its collections, its clock, and its errors in core's words. */
export class Connection {
  readonly clock: Clock
  readonly hands = new Hands()
  readonly jobs: Collection<JobDocument>
  /** The same collection, for what is no job in it. */
  readonly entries: Collection<EntryDocument>
  /** The same once more, for those who hold locks by a name. */
  readonly owners: Collection<OwnerDocument>
  readonly queues: Collection<QueueDocument>
  readonly totals: Collection<TotalsDocument>
  readonly workers: Collection<WorkerDocument>
  readonly windows: Collection<WindowDocument>
  readonly signals: Collection<SignalDocument>
  readonly schedules: Collection<ScheduleDocument>
  readonly meta: Collection<MetaDocument>
  readonly db: Db
  /** Change streams and transactions are there. */
  streams = false
  readonly #client: MongoClient
  readonly #owned: boolean

  constructor(client: MongoClient, owned: boolean, { database, prefix }: CheckedOptions) {
    this.#client = client
    this.#owned = owned
    // Whatever the client's own settings are: what a claim or a settlement wrote must not be rolled back.
    this.db = client.db(database, { writeConcern: { w: 'majority' }, readPreference: 'primary', ignoreUndefined: true })
    const collection = <T extends { _id: string }>(name: string) => this.db.collection<T>(`${prefix}${name}`)
    this.jobs = collection('jobs')
    this.entries = collection('jobs')
    this.owners = collection('jobs')
    this.queues = collection('queues')
    this.totals = collection('totals')
    this.workers = collection('workers')
    this.windows = collection('windows')
    this.signals = collection('signals')
    this.schedules = collection('schedules')
    this.meta = collection('meta')
    this.clock = new Clock(() => this.run(() => this.#hello()))
  }

  /** Where the tables are, without secrets. */
  get label(): string {
    return `${this.db.databaseName}.${this.jobs.collectionName}`
  }

  /** @throws StoreUnavailableError where the answer may have been lost, StoreConfigError where asking again will not help */
  async run<T>(ask: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await ask()
      } catch (error) {
        if (!isConflict(error) || attempt === MOST_CONFLICTS) throw translate(error)
        await pause(attempt)
      }
    }
  }

  /** The same for an update that may make its document: where another one made it at the same time, it updates that. */
  async upsert<T>(ask: () => Promise<T>): Promise<T> {
    return this.run(() => ask().catch((error) => (isDuplicate(error) ? ask() : Promise.reject(error))))
  }

  /**
   * Runs some steps in a transaction, again where they lost against others. A server that stands alone has none: there each
   * step is made for itself.
   */
  async together<T>(steps: (session?: ClientSession) => Promise<T>): Promise<T> {
    if (!this.streams) return steps()
    for (let attempt = 1; ; attempt++) {
      const session = this.#client.startSession()
      try {
        session.startTransaction(TRANSACTION)
        const done = await steps(session)
        await this.run(() => session.commitTransaction())
        return done
      } catch (error) {
        if (!isLostRace(error) || attempt === MOST_CONFLICTS) throw error
        await pause(attempt)
      } finally {
        await session.endSession()
      }
    }
  }

  /** @throws StoreConfigError where the server is too old */
  async check(): Promise<void> {
    await this.run(() => this.#client.connect())
    const { maxWireVersion, setName, msg } = await this.run(() => this.db.command({ hello: 1 }))
    if (maxWireVersion < OLDEST)
      throw new StoreConfigError(STORE, 'the server is too old: MongoDB 5.0 or later is needed')
    this.streams = setName !== undefined || msg === 'isdbgrid'
    await this.clock.measure()
  }

  /** Whether a transaction of the caller's is one of this client's. */
  owns(session: unknown): session is ClientSession {
    const { client, inTransaction } = (session ?? {}) as { client?: unknown; inTransaction?: unknown }
    return client === this.#client && typeof inTransaction === 'function' && (session as ClientSession).inTransaction()
  }

  async close(): Promise<void> {
    if (this.#owned) await this.#client.close()
  }

  async #hello(): Promise<number> {
    const { localTime } = await this.db.command({ hello: 1 })
    return (localTime as Date).getTime()
  }
}

/** As many documents, where the server has them and they fit, in its first answer: without being told, it sends a hundred. */
export function wholeBatch(count: number): { readonly batchSize: number } {
  // One more than there are: so it sees that there are no more.
  return { batchSize: count + 1 }
}

/** Longer each time, and not the same for all. */
function pause(attempt: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.random() * 5 * attempt))
}
