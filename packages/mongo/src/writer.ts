import { randomUUID } from 'node:crypto'
import {
  type Enqueued,
  type EnqueueReply,
  type NewJob,
  type RequestId,
  StoreUnavailableError,
  TransactionsUnsupportedError,
} from '@jobs-worker/core/store'
import { type ClientSession, MongoBulkWriteError, MongoServerError } from 'mongodb'
import { storeUnique } from './changes/unique'
import type { Channel } from './channel'
import type { Ledger } from './counts/ledger'
import type { Queues } from './counts/queues'
import { tallyOf } from './counts/tally'
import { isDuplicate, STORE } from './errors'
import type { EntryDocument, JobDocument } from './model/documents'
import { encodeJob, type Incoming } from './model/encode-jobs'
import { keyOfRequest, nameOfRequest } from './request'
import type { Connection } from './server/connection'
import type { Turns } from './turns/turns'

/** Jobs due within so many ms wake workers: they learn the time from their next reply. */
const SOON = 60_000

const TRANSIENT = 'TransientTransactionError'

export class MongoWriter {
  readonly #connection: Connection
  readonly #queues: Queues
  readonly #ledger: Ledger
  readonly #channel: Channel
  readonly #turns: Turns
  #last: Promise<unknown> = Promise.resolve()

  constructor(connection: Connection, queues: Queues, ledger: Ledger, channel: Channel, turns: Turns) {
    this.#connection = connection
    this.#queues = queues
    this.#ledger = ledger
    this.#channel = channel
    this.#turns = turns
  }

  /** Calls go to the database one after another, in their order. */
  enqueue(request: RequestId, jobs: readonly NewJob[]): Promise<EnqueueReply> {
    const [key, name] = [keyOfRequest(request), nameOfRequest(request)]
    const reply = this.#last.then(async () => {
      await Promise.all([this.#connection.clock.fresh(), this.#queues.note(jobs)])
      const incoming = jobs.map((job) => encodeJob(job, this.#connection.clock, name))
      const stored = this.put(key, name, incoming).then((answers) => {
        this.#channel.woke(soonDue(jobs))
        return answers
      })
      const [answers, { watched }] = await Promise.all([stored, this.#queues.look([])])
      return { jobs: answers, watched }
    })
    this.#last = reply.catch(() => undefined)
    return reply
  }

  async enqueueIn(tx: unknown, jobs: readonly NewJob[]): Promise<EnqueueReply> {
    if (!this.#connection.owns(tx)) {
      throw new TransactionsUnsupportedError(
        STORE,
        'tx must be a session of the MongoClient that was given to mongoStore, with a transaction begun',
      )
    }
    await Promise.all([this.#connection.clock.fresh(), this.#queues.note(jobs)])
    const answers = await this.#putIn(tx, jobs)
    const queues = soonDue(jobs)
    if (queues.length > 0) await this.#channel.sendIn(tx, queues)
    return { jobs: answers, watched: (await this.#queues.look([])).watched }
  }

  /**
   * Stores jobs once, however often it is asked to.
   * @param key of the request, or of a part of it
   * @param name what the jobs say of who made them
   */
  put(key: string, name: string, incoming: readonly Incoming[]): Promise<readonly Enqueued[]> {
    return isUnique(incoming) ? this.#putUnique(key, name, incoming) : this.#putPlain(key, name, incoming)
  }

  /** To be called before `put`. */
  prepare(jobs: readonly NewJob[]): Promise<void> {
    return this.#queues.note(jobs)
  }

  /**
   * One insert, in order: that it was begun, the jobs, and their count, which tells that all of them are there. Where it is
   * sent again and was cut off half way, what is behind the last job that is there was never stored; what is missing before
   * it has run and gone.
   */
  async #putPlain(key: string, name: string, incoming: readonly Incoming[]): Promise<readonly Enqueued[]> {
    const made = incoming.map((one) => one.made)
    const answers: Enqueued[] = made.map(({ _id }) => ({ id: _id, outcome: 'created' }))
    const foreign = new Set<JobDocument>()
    const begun = { _id: key, forget: this.#ledger.open([]).forget }
    let rest: (JobDocument | EntryDocument)[] = [begun, ...made]
    for (;;) {
      const own = made.filter((job) => !foreign.has(job))
      const whole = { _id: `${key}/`, ...this.#ledger.open(tallyOf([], own)) }
      const refused = await this.#insert([...rest, whole])
      if (refused === null || refused === whole) return answers
      if (refused === begun) {
        const from = await this.#whereToGoOn(whole._id, made)
        if (from === null) return answers
        rest = made.slice(from)
      } else {
        rest = rest.slice(rest.indexOf(refused) + 1)
        const place = made.indexOf(refused as JobDocument)
        if (await this.#isForeign(made[place] as JobDocument, name)) {
          foreign.add(made[place] as JobDocument)
          answers[place] = { id: refused._id, outcome: 'existing' }
        }
      }
    }
  }

  /** The place of the first job that was not stored yet; null: all were. */
  async #whereToGoOn(whole: string, made: readonly JobDocument[]): Promise<number | null> {
    const { run, entries, jobs } = this.#connection
    if ((await run(() => entries.findOne({ _id: whole }))) !== null) return null
    const filter = { _id: { $in: made.map(({ _id }) => _id) } }
    const there = await run(() => jobs.find(filter, { projection: { _id: 1 } }).toArray())
    const ids = new Set(there.map(({ _id }) => _id))
    return made.findLastIndex(({ _id }) => ids.has(_id)) + 1
  }

  async #isForeign({ _id }: JobDocument, name: string): Promise<boolean> {
    const { run, jobs } = this.#connection
    const there = await run(() => jobs.findOne({ _id }, { projection: { by: 1 } }))
    return there !== null && there.by !== name
  }

  /** In order, up to the first that is there already, which is answered. */
  async #insert(documents: readonly (JobDocument | EntryDocument)[]) {
    try {
      await this.#connection.run(() => this.#connection.entries.insertMany(documents as EntryDocument[]))
      return null
    } catch (error) {
      if (!isDuplicate(error) || !(error instanceof MongoBulkWriteError)) throw error
      const [first] = [error.writeErrors].flat()
      return documents[first?.index ?? 0] as JobDocument | EntryDocument
    }
  }

  async #putUnique(key: string, name: string, incoming: readonly Incoming[]): Promise<readonly Enqueued[]> {
    const { run, entries } = this.#connection
    const begun = { _id: key, forget: this.#ledger.open([]).forget }
    const again = await run(() => entries.insertOne(begun)).then(
      () => false,
      (error) => isDuplicate(error) || Promise.reject(error),
    )
    const first = again ? await run(() => entries.findOne({ _id: `${key}/` })) : null
    if (first !== null) return first.outcomes as readonly Enqueued[]
    // A job that was replaced then may have changed its kind.
    if (again) this.#queues.doubt(incoming.map(({ made }) => made.queue))
    const { outcomes, tallies, changes } = await storeUnique(this.#connection, incoming, name)
    const whole = { _id: `${key}/`, ...this.#ledger.open(tallies), outcomes }
    await run(() => entries.insertOne(whole))
    await this.#turns.tend(changes, name)
    return outcomes
  }

  async #putIn(session: ClientSession, jobs: readonly NewJob[]): Promise<readonly Enqueued[]> {
    const { clock, entries } = this.#connection
    try {
      const name = randomUUID().slice(-12)
      const incoming = jobs.map((job) => encodeJob(job, clock, name))
      if (isUnique(incoming)) {
        const { outcomes, tallies } = await storeUnique(this.#connection, incoming, name, session)
        const entry = { _id: randomUUID(), ...this.#ledger.open(tallies) }
        await this.#connection.run(() => entries.insertOne(entry, { session }))
        return outcomes
      }
      const made = incoming.map((one) => one.made)
      const entry = { _id: randomUUID(), ...this.#ledger.open(tallyOf([], made)) }
      const documents = [...made, entry] as EntryDocument[]
      await this.#connection.run(() => entries.insertMany(documents, { session }))
      return jobs.map(({ id }) => ({ id, outcome: 'created' }))
    } catch (error) {
      throw retryable(error)
    }
  }
}

/** A lost race has ended the caller's transaction: the driver's own error, which says that all of it may be tried again. */
function retryable(error: unknown): unknown {
  const cause = error instanceof StoreUnavailableError ? error.cause : error
  if (!(cause instanceof MongoServerError)) return error
  if (isDuplicate(cause)) cause.addErrorLabel(TRANSIENT)
  return cause.hasErrorLabel(TRANSIENT) ? cause : error
}

function isUnique(incoming: readonly Incoming[]): boolean {
  return incoming.some(({ job }) => job.unique !== null)
}

/** Queues of jobs that workers should know of now. */
export function soonDue(jobs: readonly NewJob[]): readonly string[] {
  const queues = new Set<string>()
  for (const { queue, due } of jobs) if ('at' in due || due.delay <= SOON) queues.add(queue)
  return [...queues]
}
