import type {
  Enqueued,
  Fired,
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
import type { Connection } from './connection'
import { type DueTimes, readDueChange } from './due-times'
import { groupBy } from './group-by'
import type { Keys } from './keys'
import type { Queues } from './queues'
import { SCRIPTS, type Script } from './scripts'
import { encodeMs } from './wire/encode-jobs'
import { idOf, suffixOf } from './wire/ids'
import type { Packable } from './wire/pack'
import type { Reader } from './wire/reader'
import { encodeFirings, readSchedule } from './wire/schedules'

type Run = <T>(work: () => Promise<T>) => Promise<T>

/** A queue that a schedule has left remembers so long what it made for it, in ms: no decision is older. */
const FORGET_AFTER = 86_400_000

/** What a queue made of a firing. */
interface Made {
  /** The queue knows of a later revision. */
  readonly barred: number | null
  readonly enqueued: readonly Enqueued[]
  /** The id of its last job. */
  readonly last: string | null
}

/**
 * Schedules stand together, and jobs with their queue: on a Cluster these are two nodes. So whoever changes a schedule tells
 * its queue first, and whoever fires one lets the queue make the jobs, and then the schedule move on. Each of these steps may
 * be the last that its process did: the next scheduler finishes the work.
 */
export class RedisSchedules implements Schedules {
  readonly #connection: Connection
  readonly #keys: Keys
  readonly #queues: Queues
  readonly #due: DueTimes
  readonly #channel: Channel
  readonly #run: Run

  /** @param run does a piece of work once the store is open */
  constructor(connection: Connection, keys: Keys, queues: Queues, due: DueTimes, channel: Channel, run: Run) {
    this.#connection = connection
    this.#keys = keys
    this.#queues = queues
    this.#due = due
    this.#channel = channel
    this.#run = run
  }

  clock(): Promise<number> {
    return this.#run(async () => Math.floor((await this.#read('')).micros / 1_000))
  }

  upsert(given: NewSchedule): Promise<ScheduleRecord> {
    return this.#run(async () => {
      const { name, task, queue, timing, definition, retryDelay, nextRunAt, active } = given
      await this.#queues.note(queue)
      for (;;) {
        const { found, revision } = await this.#read(name)
        if (found !== null) await this.#bar(found, revision, queue)
        const texts = [task, timing, definition, encodeMs(retryDelay), nextRunAt ?? false, active ?? '']
        const message = [name, found?.revision ?? 0, revision, queue, ...texts]
        if (await this.#done(SCRIPTS.putSchedule, message)) break
      }
      return (await this.#read(name)).found as ScheduleRecord
    })
  }

  get(name: string): Promise<ScheduleRecord | null> {
    return this.#run(async () => (await this.#read(name)).found)
  }

  list(limit: number, cursor = ''): Promise<SchedulePage> {
    return this.#run(async () => {
      const reader = await this.#common(SCRIPTS.listSchedules, [cursor, limit])
      const more = reader.boolean()
      const schedules = reader.each(() => readSchedule(reader))
      return { schedules, cursor: more ? (schedules.at(-1)?.name ?? null) : null }
    })
  }

  remove(name: string): Promise<boolean> {
    return this.#run(async () => {
      for (;;) {
        const { found, revision } = await this.#read(name)
        if (found === null) return false
        await this.#bar(found, revision, null)
        if (await this.#done(SCRIPTS.removeSchedule, [name, found.revision])) return true
      }
    })
  }

  change(
    name: string,
    { revision: seen, active, nextRunAt }: ScheduleChange,
  ): Promise<'changed' | 'stale' | 'unknown'> {
    return this.#run(async () => {
      const { found, revision } = await this.#read(name)
      if (found === null) return 'unknown'
      if (found.revision !== seen) return 'stale'
      await this.#bar(found, revision, found.queue)
      const message = [name, seen, revision, active ?? '', nextRunAt !== undefined, nextRunAt ?? false]
      return (await this.#done(SCRIPTS.changeSchedule, message)) ? 'changed' : 'stale'
    })
  }

  take(limit: number, maxBytes: number): Promise<TakeReply> {
    return this.#run(async () => {
      const reader = await this.#common(SCRIPTS.takeSchedules, [limit, maxBytes])
      const now = reader.number()
      const nextIn = reader.maybe(() => reader.number())
      return { now, nextIn, due: reader.each(() => readSchedule(reader)) }
    })
  }

  fire(firings: readonly Firing[]): Promise<FireReply> {
    return this.#run(async () => {
      const made: Made[] = []
      const groups = groupBy(firings.entries(), ([, { queue }]) => queue)
      let watched = false
      const steps = [...groups].map(async ([queue, group]) => {
        const own = group.map(([, firing]) => firing)
        const reply = await this.#fireIn(queue, own)
        for (const [i, one] of reply.made.entries()) made[(group[i] as [number, Firing])[0]] = one
        watched ||= reply.watched
      })
      await Promise.all(steps)
      return { fired: await this.#advance(firings, made), watched }
    })
  }

  async #fireIn(queue: string, firings: readonly Firing[]): Promise<{ made: Made[]; watched: boolean }> {
    await this.#queues.note(queue)
    const wake = this.#channel.wakeFor(queue)
    const message = [...encodeFirings(firings), this.#channel.name, wake]
    const reader = await this.#connection.run(SCRIPTS.fireSchedules, this.#keys.queue(queue), message)
    const suffix = suffixOf(queue)
    reader.array()
    const answers = reader.each(() => {
      reader.array()
      const barred = reader.maybe(() => reader.number())
      return { barred, known: reader.number(), last: reader.maybe(() => reader.hex()) }
    })
    const exceptions = new Map(
      reader.each((): [number, Enqueued] => {
        reader.array()
        const at = reader.number() - 1
        const outcome = reader.text() as Enqueued['outcome']
        return [at, { id: idOf(reader.hex(), suffix), outcome }]
      }),
    )
    await this.#due.noteAny(queue, readDueChange(reader))
    if (reader.boolean()) this.#channel.woke(queue, wake !== false)
    let at = 0
    const made = answers.map(({ barred, known, last }, i): Made => {
      const enqueued = (firings[i] as Firing).jobs
        .slice(known)
        .map(({ job }): Enqueued => exceptions.get(at++) ?? { id: job.id, outcome: 'created' })
      return { barred, enqueued, last: last === null ? null : idOf(last, suffix) }
    })
    return { made, watched: reader.boolean() }
  }

  /** What this leaves undone the next scheduler finds, and finishes. */
  async #advance(firings: readonly Firing[], made: readonly Made[]): Promise<Fired[]> {
    const moves = firings.map(({ name, revision, epoch, nextRunAt, next, jobs }, i) => {
      const { barred, last } = made[i] as Made
      const time = jobs.at(-1)?.time ?? false
      return [name, revision, epoch, nextRunAt, next ?? false, time, last ?? false, jobs.length, barred ?? false]
    })
    const letters = (await this.#common(SCRIPTS.advanceSchedules, moves)).text()
    return made.map(({ enqueued }, i) =>
      enqueued.length === 0 && letters[i] === 's' ? { stale: true } : { stale: false, jobs: enqueued },
    )
  }

  /** Decisions that were taken on what was found so far make no job any more. @param to where its jobs go from now on */
  async #bar(found: ScheduleRecord, revision: number, to: string | null): Promise<void> {
    const { name, queue } = found
    const known = await this.#barIn(queue, [name, revision, false, queue === to ? 0 : FORGET_AFTER])
    if (to === null || to === queue) return
    await this.#barIn(to, [name, revision, known, 0])
  }

  async #barIn(queue: string, message: readonly Packable[]): Promise<Packable> {
    const reader = await this.#connection.run(SCRIPTS.barSchedule, this.#keys.queue(queue), message)
    reader.array()
    reader.array()
    const [revision, epoch] = [reader.number(), reader.number()]
    return [revision, epoch, reader.maybe(() => reader.number()) ?? false, reader.maybe(() => reader.bytes()) ?? false]
  }

  /** The schedule, if it is there, and the revision that follows: the clock, so that a later one of its name begins above. */
  async #read(name: string): Promise<{ found: ScheduleRecord | null; revision: number; micros: number }> {
    const reader = await this.#common(SCRIPTS.getSchedule, [name])
    const micros = reader.number()
    const [found = null] = reader.each(() => readSchedule(reader))
    return { found, revision: Math.max(micros, (found?.revision ?? 0) + 1), micros }
  }

  async #done(script: Script, message: readonly Packable[]): Promise<boolean> {
    return (await this.#common(script, message)).boolean()
  }

  async #common(script: Script, message: readonly Packable[]): Promise<Reader> {
    const reader = await this.#connection.run(script, this.#keys.common, message)
    reader.array()
    return reader
  }
}
