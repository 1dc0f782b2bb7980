import type { Enqueuer } from '../client/enqueuer'
import type { EnqueuedJob } from '../model/client'
import { NotFoundError } from '../model/errors'
import { newJobId } from '../model/id'
import { checkInteger, checkKnown, checkName } from '../model/names'
import type { NewJob, ScheduleChange, ScheduleRecord, Store } from '../store/port'
import { type Definition, definitionOf, type JobTemplate, timingOf, timingText } from './definition'
import { type AnyScheduleOptions, type NamedScheduleOptions, parseTiming, type ScheduleOptions } from './options'
import { firstTime, timeAfter, upcoming } from './plan'
import { type Schedule, toSchedule } from './view'

export interface SchedulePage {
  /** By name. */
  readonly schedules: readonly Schedule[]
  /** null at the end. */
  readonly cursor: string | null
}

export interface SchedulesParts {
  readonly store: Store
  readonly enqueuer: Enqueuer
  open(): Promise<void>
  /** Wakes the schedulers of this process: others find out at their next poll. */
  changed(): void
}

const PAGE = 100
const MOST_TIMES = 1_000

/** Stored rules by which schedulers enqueue jobs. */
export class Schedules {
  readonly #parts: SchedulesParts

  constructor(parts: SchedulesParts) {
    this.#parts = parts
  }

  /**
   * Registers a schedule, or changes the one of this name: its history stays, and so does `nextRunAt` unless the rule (or
   * start, end, limit) is another.
   * @throws InvalidError, InputSchemaError, PayloadTooLargeError, UnknownTaskError
   */
  upsert<Input, Parsed, Result>(name: string, schedule: ScheduleOptions<Input, Parsed, Result>): Promise<Schedule>
  upsert(name: string, schedule: NamedScheduleOptions): Promise<Schedule>
  async upsert(name: string, schedule: AnyScheduleOptions): Promise<Schedule> {
    checkName('schedule.name', name)
    const { timing, missed, jitter, retryDelay, nextRunAt } = parseTiming(`schedule ${JSON.stringify(name)}`, schedule)
    const job = templateOf(await this.#parts.enqueuer.prepare(schedule.task, schedule.input, schedule.options))
    await this.#parts.open()
    const { store } = this.#parts
    const record = await store.schedules.upsert({
      name,
      task: job.task,
      queue: job.queue,
      timing: timingText(timing),
      definition: JSON.stringify({ missed, jitter, job } satisfies Definition),
      retryDelay,
      nextRunAt: nextRunAt ?? firstTime(timing, await store.schedules.clock()),
      active: schedule.active ?? null,
    })
    this.#parts.changed()
    return toSchedule(record)
  }

  /** null where there is none of this name. */
  async get(name: string): Promise<Schedule | null> {
    const record = await this.#find(name)
    return record === null ? null : toSchedule(record)
  }

  /** @param options limit: 1 to 1000, default 100; cursor: as answered by the page before */
  async list(options: { readonly limit?: number; readonly cursor?: string } = {}): Promise<SchedulePage> {
    checkKnown('schedules.list', options, ['limit', 'cursor'])
    const limit = checkInteger('schedules.list.limit', options.limit ?? PAGE, 1, 1_000)
    if (options.cursor !== undefined) checkName('schedules.list.cursor', options.cursor)
    await this.#parts.open()
    const { schedules, cursor } = await this.#parts.store.schedules.list(limit, options.cursor)
    return { schedules: schedules.map(toSchedule), cursor }
  }

  /** Once this has resolved it makes no job any more; those that it made stay. @throws NotFoundError */
  async remove(name: string): Promise<Schedule> {
    const record = await this.#existing(name)
    if (!(await this.#parts.store.schedules.remove(name))) throw new NotFoundError('schedule', name)
    return toSchedule(record)
  }

  /** Fires no more until it is resumed. @throws NotFoundError */
  pause(name: string): Promise<Schedule> {
    return this.#change(name, () => ({ active: false }))
  }

  /** Goes on with the first time from now on: what passed while it was paused is not made up for. @throws NotFoundError */
  resume(name: string): Promise<Schedule> {
    return this.#change(name, (record, now) => {
      const passed = !record.active && record.nextRunAt !== null && record.nextRunAt < now
      return { active: true, ...(passed ? { nextRunAt: anew(record, now) } : {}) }
    })
  }

  /** Enqueues a job of it now; its own times stay as they are. @throws NotFoundError */
  async trigger(name: string): Promise<EnqueuedJob> {
    const { queue, ...record } = await this.#existing(name)
    const { job } = definitionOf(record)
    const made: NewJob = { ...job, id: newJobId(queue), due: { delay: 0 }, schedule: name }
    return this.#parts.enqueuer.prepared(made)
  }

  /**
   * Computes `nextRunAt` anew from its rule and the present: of one, or of all, and then answers how many they are.
   * @throws NotFoundError
   */
  reschedule(name: string): Promise<Schedule>
  reschedule(): Promise<number>
  async reschedule(name?: string): Promise<Schedule | number> {
    const change = (record: ScheduleRecord, now: number) => ({ nextRunAt: anew(record, now) })
    if (name !== undefined) return this.#change(name, change)
    let [count, cursor]: [number, string | null | undefined] = [0, undefined]
    while (cursor !== null) {
      const page = await this.list(cursor === undefined ? {} : { cursor })
      const done = page.schedules.map((schedule) => this.#change(schedule.name, change))
      // One that is removed meanwhile needs no next time.
      count += (await Promise.allSettled(done)).map(throwUnlessGone).filter((there) => there).length
      cursor = page.cursor
    }
    return count
  }

  /**
   * The next times, beginning with the stored `nextRunAt`; fewer, or none, where it ends before. A paused one answers when
   * it would run.
   * @param count 1 to 1000; default 1
   * @throws NotFoundError
   */
  async next(name: string, count = 1): Promise<Date[]> {
    checkInteger('schedules.next.count', count, 1, MOST_TIMES)
    const record = await this.#existing(name)
    return upcoming(timingOf(record), record, count).map((time) => new Date(time))
  }

  async #find(name: string): Promise<ScheduleRecord | null> {
    checkName('schedule.name', name)
    await this.#parts.open()
    return this.#parts.store.schedules.get(name)
  }

  async #existing(name: string): Promise<ScheduleRecord> {
    const record = await this.#find(name)
    if (record === null) throw new NotFoundError('schedule', name)
    return record
  }

  /** Looks again where somebody else has changed it meanwhile. */
  async #change(
    name: string,
    change: (record: ScheduleRecord, now: number) => Omit<ScheduleChange, 'revision'>,
  ): Promise<Schedule> {
    const { schedules } = this.#parts.store
    for (;;) {
      const record = await this.#existing(name)
      const changes = change(record, await schedules.clock())
      const verdict = await schedules.change(name, { revision: record.revision, ...changes })
      if (verdict === 'stale') continue
      this.#parts.changed()
      return toSchedule(await this.#existing(name))
    }
  }
}

function templateOf({ id: _, due: __, schedule: ___, ...template }: NewJob): JobTemplate {
  return template
}

/** The next time as the rule has it; one that fires once and has not keeps its time. */
function anew(record: ScheduleRecord, now: number): number | null {
  const timing = timingOf(record)
  if (timing.limit !== null && record.runs >= timing.limit) return null
  if (timing.rule.kind === 'once') return record.runs === 0 ? firstTime(timing, now) : null
  return timeAfter(timing, now, record.nextRunAt ?? record.lastRunAt)
}

function throwUnlessGone(settled: PromiseSettledResult<unknown>): boolean {
  if (settled.status === 'rejected' && !(settled.reason instanceof NotFoundError)) throw settled.reason
  return settled.status === 'fulfilled'
}
