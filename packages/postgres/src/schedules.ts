import type {
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
import type { Calls } from './calls'
import type { Channel } from './channel'
import type { Row } from './database'
import { encodeJobs } from './encode-jobs'
import { soonDue, toEnqueued } from './writer'

type Run = <T>(work: () => Promise<T>) => Promise<T>

export class PostgresSchedules implements Schedules {
  readonly #calls: Calls
  readonly #channel: Channel
  readonly #run: Run

  /** @param run does a piece of work once the store is open */
  constructor(calls: Calls, channel: Channel, run: Run) {
    this.#calls = calls
    this.#channel = channel
    this.#run = run
  }

  clock(): Promise<number> {
    return this.#run(async () => Number((await this.#calls.row('now_ms', [])).now_ms))
  }

  upsert(schedule: NewSchedule): Promise<ScheduleRecord> {
    const { name, task, queue, timing, definition, retryDelay, nextRunAt, active } = schedule
    const params = [name, task, queue, timing, definition, Math.round(retryDelay), nextRunAt, active]
    return this.#run(async () => toRecord(await this.#calls.row('upsert_schedule', params)))
  }

  get(name: string): Promise<ScheduleRecord | null> {
    return this.#run(async () => {
      const row = await this.#calls.row('get_schedule', [name])
      return row.schedule === null ? null : toRecord(row)
    })
  }

  list(limit: number, cursor = ''): Promise<SchedulePage> {
    return this.#run(async () => {
      const rows = await this.#calls.rows('list_schedules', [cursor, limit])
      const schedules = rows.slice(0, limit).map(toRecord)
      return { schedules, cursor: rows.length > limit ? (schedules.at(-1)?.name ?? null) : null }
    })
  }

  remove(name: string): Promise<boolean> {
    return this.#run(async () => (await this.#calls.row('remove_schedule', [name])).removed === true)
  }

  change(name: string, { revision, active, nextRunAt }: ScheduleChange): Promise<'changed' | 'stale' | 'unknown'> {
    const params = [name, revision, active ?? null, nextRunAt !== undefined, nextRunAt ?? null]
    return this.#run(async () => {
      const row = await this.#calls.row('change_schedule', params)
      return row.verdict as 'changed' | 'stale' | 'unknown'
    })
  }

  take(limit: number, maxBytes: number): Promise<TakeReply> {
    return this.#run(async () => {
      const { clock, next_in, due } = await this.#calls.row('take_schedules', [limit, maxBytes])
      return {
        now: Number(clock),
        due: due === null ? [] : (JSON.parse(due as string) as ScheduleRecord[]),
        nextIn: next_in === null ? null : Number(next_in),
      }
    })
  }

  /** One transaction for all: each schedule moves on with its jobs. */
  fire(firings: readonly Firing[]): Promise<FireReply> {
    return this.#run(async () => {
      const all = firings.flatMap(({ jobs }, i) => jobs.map(({ job }) => ({ job, owner: i + 1 })))
      const jobs = all.map(({ job }) => job)
      const { ids, inputs, specs, index, lanes, unique } = encodeJobs(jobs)
      const queues = soonDue(jobs)
      const wake = queues.length > 0 && this.#channel.mayWake() ? this.#channel.wakeUp(queues) : null
      const owners = all.map(({ owner }) => owner).join(',')
      const params = [toText(firings), owners, ids, inputs, specs, index, lanes, unique, wake]
      const row = await this.#calls.row('fire_schedules', params)
      this.#channel.woke(queues, wake !== null)
      return { fired: toFired(firings, row), watched: row.watched === true }
    })
  }
}

function toText(firings: readonly Firing[]): string {
  const rows = firings.map(({ name, revision, nextRunAt, next, jobs }) => ({
    name,
    revision,
    from: nextRunAt,
    next,
    last: jobs.at(-1)?.time ?? null,
    count: jobs.length,
  }))
  return JSON.stringify(rows)
}

function toFired(firings: readonly Firing[], row: Row): Fired[] {
  const fresh = new Set(String(row.fired).split(','))
  const made = firings.flatMap(({ jobs }, i) => (fresh.has(String(i + 1)) ? jobs.map(({ job }) => job.id) : []))
  const enqueued = toEnqueued(made, row)
  let at = 0
  return firings.map(({ jobs }, i) => {
    if (!fresh.has(String(i + 1))) return { stale: true }
    at += jobs.length
    return { stale: false, jobs: enqueued.slice(at - jobs.length, at) }
  })
}

function toRecord(row: Row): ScheduleRecord {
  return JSON.parse(row.schedule as string) as ScheduleRecord
}
