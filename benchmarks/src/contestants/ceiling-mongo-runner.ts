import { randomUUID } from 'node:crypto'
import type { ChangeStream, Collection, MongoClient, WithId } from 'mongodb'
import type { Payload, Runner } from '../contestant'
import { type BareJob, openMongo } from './ceiling-mongo-jobs'

const BATCH = 500
const POLL_MS = 1_000
const LEASE_MS = 30_000

type Job = WithId<BareJob>

/** The ceiling's worker: settles the last batch while it claims the next, and waits for the change stream where there is none. */
export class CeilingMongoRunner implements Runner {
  readonly #client: MongoClient
  readonly #jobs: Collection<BareJob>
  readonly #stream: ChangeStream
  readonly #handle: (payload: Payload) => void
  #running = false
  #loop: Promise<void> = Promise.resolve()
  #wake: () => void = () => undefined
  #woken = 0

  private constructor(
    client: MongoClient,
    jobs: Collection<BareJob>,
    stream: ChangeStream,
    handle: (payload: Payload) => void,
  ) {
    this.#client = client
    this.#jobs = jobs
    this.#stream = stream
    this.#handle = handle
  }

  static async connect(url: string, handle: (payload: Payload) => void): Promise<CeilingMongoRunner> {
    const { client, db, jobs } = await openMongo(url)
    const stream = db.collection('signals').watch([{ $match: { operationType: 'insert' } }])
    await stream.tryNext()
    const runner = new CeilingMongoRunner(client, jobs, stream, handle)
    void runner.#listen()
    return runner
  }

  async start(): Promise<void> {
    this.#running = true
    this.#loop = this.#work()
  }

  async stop(): Promise<void> {
    this.#running = false
    this.#wake()
    await this.#loop
    await this.#stream.close()
    await this.#client.close()
  }

  async #listen(): Promise<void> {
    try {
      for (;;) {
        await this.#stream.next()
        this.#woken++
        this.#wake()
      }
    } catch {
      // It was closed.
    }
  }

  async #work(): Promise<void> {
    let held: readonly Job[] = []
    let token = ''
    while (this.#running || held.length > 0) {
      const seen = this.#woken
      const next = randomUUID()
      const [claimed] = await Promise.all([this.#claim(next), this.#settle(held, token)])
      held = claimed
      token = next
      for (const { payload } of claimed) this.#handle(JSON.parse(payload))
      if (claimed.length === 0 && seen === this.#woken && this.#running) await this.#sleep()
    }
  }

  /** The first of the line, unclaimed ones and those whose claim ran out; where others took some of them, the rest. */
  async #claim(claim: string): Promise<readonly Job[]> {
    const now = Date.now()
    const free = { lease: { $lt: now } }
    const found = await this.#jobs.find(free, { batchSize: BATCH }).sort({ lease: 1, _id: 1 }).limit(BATCH).toArray()
    if (found.length === 0) return []
    const ids = found.map(({ _id }) => _id)
    const update = { $set: { claim, lease: now + LEASE_MS } }
    const { modifiedCount } = await this.#jobs.updateMany({ _id: { $in: ids }, ...free }, update)
    return modifiedCount === ids.length ? found : this.#jobs.find({ _id: { $in: ids }, claim }).toArray()
  }

  async #settle(held: readonly Job[], claim: string): Promise<void> {
    if (held.length > 0) await this.#jobs.deleteMany({ _id: { $in: held.map(({ _id }) => _id) }, claim })
  }

  #sleep(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, POLL_MS)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}
