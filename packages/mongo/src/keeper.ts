import { randomUUID } from 'node:crypto'
import type { PromoteReply, RecoverOptions, StepReply } from '@jobs-worker/core/store'
import { apply, type Change } from './changes/changes'
import type { Channel } from './channel'
import { audit } from './counts/audit'
import type { Ledger } from './counts/ledger'
import type { Queues } from './counts/queues'
import { tallyOf } from './counts/tally'
import { isDuplicate } from './errors'
import { nextDueIn } from './exchange/due'
import { type JobDocument, WITHOUT_PAYLOAD } from './model/documents'
import { addError, finish, giveBack, promote, RECOVERED, restore } from './model/moves'
import { type Connection, wholeBatch } from './server/connection'
import type { Turns } from './turns/turns'

/** One process prunes at a time; one that died has had its turn after so many ms. */
const TURN = 10_000

export class MongoKeeper {
  readonly #connection: Connection
  readonly #queues: Queues
  readonly #ledger: Ledger
  readonly #channel: Channel
  readonly #turns: Turns

  constructor(connection: Connection, queues: Queues, ledger: Ledger, channel: Channel, turns: Turns) {
    this.#connection = connection
    this.#queues = queues
    this.#ledger = ledger
    this.#channel = channel
    this.#turns = turns
  }

  async recover(options: RecoverOptions): Promise<StepReply> {
    const { limit, turn } = options
    await this.#connection.clock.fresh()
    const lost = await this.#lost(limit + 1)
    const changes = lost.slice(0, limit).map((before) => ({ before, after: this.#recovered(before, options) }))
    // It may have died between a change and its count.
    await this.#queues.suspect(new Set(lost.map(({ queue }) => queue)))
    const made = await this.#make(changes)
    const isMore = await this.#turns.recover(limit, turn)
    return { count: made.length, more: isMore || lost.length > limit }
  }

  async promote(limit: number): Promise<PromoteReply> {
    const { run, jobs, clock } = this.#connection
    await clock.fresh()
    const due = await run(() =>
      jobs
        .find({ state: 'scheduled', due: { $lte: clock.now() } }, { projection: WITHOUT_PAYLOAD, ...wholeBatch(limit) })
        .sort({ due: 1, order: 1 })
        .limit(limit)
        .toArray(),
    )
    const changes = due.map((before) => ({ before, after: promote(before, clock) }))
    const made = await this.#make(changes)
    const next = await nextDueIn(this.#connection)
    return { count: made.length, more: next === 0, nextDueIn: next }
  }

  async prune(limit: number): Promise<StepReply> {
    const { clock } = this.#connection
    await clock.fresh()
    if (!(await this.#takeTurn())) return { count: 0, more: false }
    try {
      const count = await this.#pruneJobs(limit)
      await this.#ledger.fold()
      await this.#forget(limit)
      await audit(this.#connection, this.#queues, this.#ledger)
      return { count, more: count === limit }
    } finally {
      await this.#connection.run(() => this.#connection.meta.deleteOne({ _id: 'prune' }))
    }
  }

  /** Wakes who waits for them first: that they are counted can wait. */
  #make(changes: readonly Change[]): Promise<readonly Change[]> {
    const queues = new Set(changes.map(({ before }) => before.queue))
    return this.#queues.guarded(queues, async () => {
      const by = randomUUID().slice(-12)
      const made = await apply(this.#connection, changes, by)
      this.#channel.woke(new Set(made.flatMap(({ after }) => (after?.state === 'queued' ? [after.queue] : []))))
      await this.#ledger.note(tallyOf(made))
      await this.#turns.tend(made, by)
      return made
    })
  }

  /** What dead workers have in their hands. */
  async #lost(limit: number): Promise<readonly JobDocument[]> {
    const { run, jobs } = this.#connection
    const dead = await this.#dead()
    if (dead.length === 0) return []
    const held = { 'hold.instance': { $in: [...dead] } }
    return run(() => jobs.find(held, { projection: WITHOUT_PAYLOAD, limit }).toArray())
  }

  /** Instances that hold jobs and are not registered; from here on those whose lease ran out are not. */
  async #dead(): Promise<readonly string[]> {
    const { run, jobs, workers, clock } = this.#connection
    await run(() => workers.deleteMany({ leaseUntil: { $lte: clock.now() } }))
    // In this order: who holds a job was registered before.
    const holding = await run(() => jobs.distinct('hold.instance', { 'hold.instance': { $exists: true } }))
    const registered = await run(() => workers.distinct('_id', { _id: { $in: holding } }))
    return holding.filter((instance) => !registered.includes(instance))
  }

  /** A job out of the hands of a worker that is gone. */
  #recovered(job: JobDocument, { error, keep }: RecoverOptions): JobDocument | null {
    const { clock } = this.#connection
    const stay = job.keep ?? keep
    if (job.state !== 'running') {
      return job.cancel ? finish(job, 'cancelled', stay.cancelled, clock) : giveBack(job, clock)
    }
    const told = addError(job, { ...error, attempt: job.attempt, time: 0 }, clock.now())
    if (job.cancel) return finish(told, 'cancelled', stay.cancelled, clock)
    if (job.max !== undefined && job.attempt >= job.max) return finish(told, 'failed', stay.failed, clock)
    return restore(told, RECOVERED)
  }

  async #pruneJobs(limit: number): Promise<number> {
    const { run, jobs, clock } = this.#connection
    const gone = await run(() =>
      jobs
        .find(
          { expires: { $exists: true, $lte: new Date(clock.now()) } },
          { projection: { v: 1, queue: 1, state: 1, offer: 1 }, ...wholeBatch(limit) },
        )
        .sort({ expires: 1 })
        .limit(limit)
        .toArray(),
    )
    const changes = gone.map((before) => ({ before, after: null }))
    const made = await this.#make(changes)
    return made.length
  }

  /** Requests, windows and signals that have served their time. */
  async #forget(limit: number): Promise<void> {
    const { run, entries, windows, signals, clock } = this.#connection
    const forget = { $exists: true, $lte: new Date(clock.now()) }
    const old = { forget, offer: { $exists: false } }
    const options = { projection: { _id: 1 }, sort: { forget: 1 }, limit: Math.max(limit, 1_000) } as const
    for (const collection of [entries, windows, signals] as unknown as (typeof entries)[]) {
      const found = await run(() => collection.find(old, options).toArray())
      const ids = found.map(({ _id }) => _id)
      // What is not in the totals yet still counts.
      if (ids.length > 0)
        await run(() => collection.deleteMany({ _id: { $in: ids }, ...old, open: { $exists: false } }))
    }
  }

  async #takeTurn(): Promise<boolean> {
    const { meta, clock } = this.#connection
    const now = clock.now()
    const turn = { $set: { until: now + TURN } }
    try {
      await this.#connection.run(() => meta.updateOne({ _id: 'prune', until: { $lte: now } }, turn, { upsert: true }))
      return true
    } catch (error) {
      // It is there, and its time is not over: somebody is at it.
      if (isDuplicate(error)) return false
      throw error
    }
  }
}
