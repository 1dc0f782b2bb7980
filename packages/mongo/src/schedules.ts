import { randomUUID } from 'node:crypto'
import type {
  FireReply,
  Firing,
  NewSchedule,
  ScheduleChange,
  SchedulePage,
  ScheduleRecord,
  Schedules,
  TakeReply,
} from '@jobs-worker/core/store'
import type { Channel } from './channel'
import type { Ledger } from './counts/ledger'
import type { Queues } from './counts/queues'
import { isDuplicate } from './errors'
import { fireAll } from './firing/fire'
import { Revisions } from './firing/revisions'
import type { ScheduleDocument } from './model/documents'
import { type Connection, wholeBatch } from './server/connection'
import type { Turns } from './turns/turns'
import { soonDue } from './writer'

type Run = <T>(work: () => Promise<T>) => Promise<T>

export class MongoSchedules implements Schedules {
  readonly #connection: Connection
  readonly #queues: Queues
  readonly #ledger: Ledger
  readonly #channel: Channel
  readonly #turns: Turns
  readonly #revisions: Revisions
  readonly #run: Run

  /** @param run does a piece of work once the store is open */
  constructor(connection: Connection, queues: Queues, ledger: Ledger, channel: Channel, turns: Turns, run: Run) {
    this.#connection = connection
    this.#queues = queues
    this.#ledger = ledger
    this.#channel = channel
    this.#turns = turns
    this.#revisions = new Revisions(connection)
    this.#run = run
  }

  clock(): Promise<number> {
    return this.#run(() => this.#now())
  }

  upsert({ name, nextRunAt, active, ...given }: NewSchedule): Promise<ScheduleRecord> {
    return this.#run(async () => {
      const now = await this.#now()
      await this.#queues.use(given.queue)
      for (;;) {
        const found = await this.#find(name)
        const revision = await this.#revisions.next()
        const past = found ?? { created: now, lastRunAt: null, lastJob: null, runs: 0 }
        const timed = found?.timing === given.timing ? pick(found) : { epoch: revision, nextRunAt }
        const state = { _id: name, revision, active: active ?? found?.active ?? true }
        const after = { ...past, ...given, ...timed, ...state, bytes: Buffer.byteLength(given.definition) }
        if (await this.#replace(found, after)) return toRecord(after)
      }
    })
  }

  get(name: string): Promise<ScheduleRecord | null> {
    return this.#run(async () => {
      const found = await this.#find(name)
      return found === null ? null : toRecord(found)
    })
  }

  list(limit: number, cursor = ''): Promise<SchedulePage> {
    return this.#run(async () => {
      const { run, schedules } = this.#connection
      const query = () => schedules.find({ _id: { $gt: cursor } }).sort({ _id: 1 })
      const found = await run(() =>
        query()
          .limit(limit + 1)
          .toArray(),
      )
      const page = found.slice(0, limit).map(toRecord)
      return { schedules: page, cursor: found.length > limit ? (page.at(-1)?.name ?? null) : null }
    })
  }

  /** A firing that is under way is waited for, or finds nothing. */
  remove(name: string): Promise<boolean> {
    return this.#run(async () => {
      const { run, schedules } = this.#connection
      return (await run(() => schedules.deleteOne({ _id: name }))).deletedCount === 1
    })
  }

  change(name: string, { revision: seen, ...changes }: ScheduleChange): Promise<'changed' | 'stale' | 'unknown'> {
    return this.#run(async () => {
      for (;;) {
        const found = await this.#find(name)
        if (found === null) return 'unknown'
        if (found.revision !== seen) return 'stale'
        const revision = await this.#revisions.next()
        const epoch = changes.nextRunAt === undefined ? found.epoch : revision
        if (await this.#replace(found, { ...found, ...changes, revision, epoch })) return 'changed'
      }
    })
  }

  take(limit: number, maxBytes: number): Promise<TakeReply> {
    return this.#run(async () => {
      const now = await this.#now()
      const names = await this.#dueNames(now, limit, maxBytes)
      const due = names.length === 0 ? [] : await this.#hold(names, now)
      const { run, schedules } = this.#connection
      const [head] = await run(() =>
        schedules
          .find(waiting(), { projection: { look: 1 } })
          .sort({ look: 1 })
          .limit(1)
          .toArray(),
      )
      return {
        now,
        due: due.map(toRecord),
        nextIn: head === undefined ? null : Math.max(0, (head.look as number) - now),
      }
    })
  }

  fire(firings: readonly Firing[]): Promise<FireReply> {
    return this.#run(async () => {
      const jobs = firings.flatMap((firing) => firing.jobs.map(({ job }) => job))
      await Promise.all([this.#connection.clock.fresh(), this.#queues.note(jobs)])
      const queues = new Set(firings.map(({ queue }) => queue))
      const fired = await this.#queues.guarded(queues, () =>
        fireAll(this.#connection, this.#queues, this.#ledger, this.#turns, firings),
      )
      const made = new Set(fired.flatMap((one) => (one.stale ? [] : one.jobs.map(({ id }) => id))))
      this.#channel.woke(soonDue(jobs.filter(({ id }) => made.has(id))))
      return { fired, watched: (await this.#queues.look([])).watched }
    })
  }

  async #now(): Promise<number> {
    await this.#connection.clock.fresh()
    return this.#connection.clock.now()
  }

  #find(name: string): Promise<ScheduleDocument | null> {
    return this.#connection.run(() => this.#connection.schedules.findOne({ _id: name }))
  }

  /** In the place of the one that was found, if nobody has changed or fired it since; null: none was there. */
  async #replace(
    found: ScheduleDocument | null,
    { holder: _, look: __, ...after }: ScheduleDocument,
  ): Promise<boolean> {
    const { run, schedules } = this.#connection
    const document: ScheduleDocument = {
      ...after,
      ...(after.active && after.nextRunAt !== null ? { look: after.nextRunAt } : {}),
    }
    if (found !== null) {
      const { _id, revision, nextRunAt } = found
      return (await run(() => schedules.replaceOne({ _id, revision, nextRunAt }, document))).matchedCount === 1
    }
    return run(() => schedules.insertOne(document)).then(
      () => true,
      (error) => (isDuplicate(error) ? false : Promise.reject(error)),
    )
  }

  /** What may be taken, up to so many definitions' bytes, but never none. */
  async #dueNames(now: number, limit: number, maxBytes: number): Promise<readonly string[]> {
    const { run, schedules } = this.#connection
    const options = { projection: { bytes: 1 }, limit, ...wholeBatch(limit) }
    const query = () => schedules.find(waiting(now), options).sort({ look: 1 })
    const found = await run(() => query().toArray())
    let before = 0
    const fitting = found.findIndex(({ bytes }) => {
      const full = before >= maxBytes
      before += bytes
      return full
    })
    return found.slice(0, fitting === -1 ? found.length : Math.max(1, fitting)).map(({ _id }) => _id)
  }

  /** Those that nobody else was quicker with: each is held in a step of its own, and says by whom. */
  async #hold(names: readonly string[], now: number): Promise<readonly ScheduleDocument[]> {
    const { run, schedules } = this.#connection
    const holder = randomUUID()
    const hold = { $set: { look: { $add: [now, '$retryDelay'] }, holder } }
    await run(() => schedules.updateMany({ _id: { $in: [...names] }, ...waiting(now) }, [hold]))
    const mine = { _id: { $in: [...names] }, holder }
    const held = await run(() => schedules.find(mine, wholeBatch(names.length)).toArray())
    return held.sort((a, b) => (a.nextRunAt as number) - (b.nextRunAt as number))
  }
}

function pick({ epoch, nextRunAt }: ScheduleDocument): Pick<ScheduleDocument, 'epoch' | 'nextRunAt'> {
  return { epoch, nextRunAt }
}

/** Active schedules that have a time; with `now` those that may be taken. */
function waiting(now?: number) {
  return { look: { $exists: true, ...(now === undefined ? {} : { $lte: now }) } }
}

function toRecord({ _id, created, look: _, holder: __, bytes: ___, ...rest }: ScheduleDocument): ScheduleRecord {
  return { name: _id, ...rest, createdAt: created }
}
