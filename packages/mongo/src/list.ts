import {
  isFinal,
  JOB_STATES,
  type JobRecord,
  type JobState,
  type ListFilter,
  type ListPage,
} from '@jobs-worker/core/store'
import type { Filter, Sort } from 'mongodb'
import { decodeCursor, encodeCursor, type Place } from './cursor'
import { shown, toRecord } from './model/decode-job'
import type { JobDocument, QueueDocument } from './model/documents'
import type { Connection } from './server/connection'

/** Rows that one step looks at, at least: where a task is asked for most may be of others. */
const LEAST = 100
/** Rows beyond: jobs of two clients may share their place. */
const TIES = 8

/** Where a job stands, before it is read as a whole. */
type Row = Pick<JobDocument, '_id' | 'queue' | 'task' | 'rank' | 'order' | 'due' | 'ended'>

const ROW = { queue: 1, task: 1, rank: 1, order: 1, due: 1, ended: 1 } as const

interface Rows {
  readonly rows: readonly Row[]
  /** There are no more. */
  readonly end: boolean
}

/** One walk along an index, in the order of the list. */
interface Walk {
  readonly filter: Filter<JobDocument>
  readonly sort: Sort
  /** What comes at or after a place, in ranges of the index. */
  from(place: Place): readonly Filter<JobDocument>[]
}

/** Lists state by state, merging walks along indexes in each. */
export class Lister {
  readonly #connection: Connection

  constructor(connection: Connection) {
    this.#connection = connection
  }

  async list(queues: readonly QueueDocument[], filter: ListFilter): Promise<ListPage> {
    const after = filter.cursor === undefined ? null : decodeCursor(filter.cursor)
    const from = after === null ? 0 : JOB_STATES.indexOf(after.state)
    const jobs: JobRecord[] = []
    for (const [at, state] of JOB_STATES.entries()) {
      if (at < from || !(filter.states?.includes(state) ?? true)) continue
      const place = after?.state === state ? after.place : null
      const page = await this.#page(queues, state, place, filter, filter.limit - jobs.length)
      jobs.push(...page.jobs)
      if (page.last !== null) return { jobs, cursor: encodeCursor({ state, place: page.last }) }
    }
    return { jobs, cursor: null }
  }

  /** The next jobs of one state; `last` is where to go on, null where the state is through. */
  async #page(
    queues: readonly QueueDocument[],
    state: JobState,
    after: Place | null,
    filter: ListFilter,
    limit: number,
  ): Promise<{ readonly jobs: readonly JobRecord[]; readonly last: Place | null }> {
    const placed = placeIn(state)
    const before = (a: Row, b: Row) => compare(state, placed(a), placed(b))
    const some = filter.task === undefined ? limit + 1 : Math.max(LEAST, limit + 1)
    const parts = await Promise.all([
      ...walksOf(state, queues, filter.queue).map((walk) => this.#walk(walk, after, some + TIES)),
      ...(state === 'queued' || state === 'running' ? [this.#held(state, filter.queue)] : []),
    ])
    // Beyond the last row that a walk has shown there may be others of that walk.
    const ends = parts.filter(({ end }) => !end).map(({ rows }) => rows.at(-1) as Row)
    const cut = ends.sort(before)[0] ?? null
    const rows = parts
      .flatMap((part) => part.rows)
      .filter(
        (row) => (cut === null || before(row, cut) <= 0) && (after === null || compare(state, placed(row), after) > 0),
      )
      .sort(before)
    const matching = rows.filter(({ task }) => filter.task === undefined || task === filter.task)
    const page = matching.slice(0, limit)
    const jobs = await this.#load(page, state)
    if (matching.length <= limit) return { jobs, last: cut && placed(cut) }
    const last = page.at(-1)
    return { jobs, last: last === undefined ? (after ?? startOf(state)) : placed(last) }
  }

  async #walk({ filter, sort, from }: Walk, after: Place | null, some: number): Promise<Rows> {
    const rows: Row[] = []
    for (const range of after === null ? [filter] : from(after).map((bounds) => ({ ...filter, ...bounds }))) {
      const left = some - rows.length
      if (left > 0) rows.push(...(await this.#find(range, sort, left)))
    }
    return { rows, end: rows.length < some }
  }

  /** What workers have in their hands is little, and sorted here. */
  async #held(state: JobState, queue: string | undefined): Promise<Rows> {
    const stored = state === 'queued' ? 'reserved' : 'running'
    const filter = {
      'hold.instance': { $exists: true },
      state: stored,
      ...(queue === undefined ? {} : { queue }),
    } as const
    return { rows: await this.#find(filter), end: true }
  }

  #find(filter: Filter<JobDocument>, sort?: Sort, limit = 0): Promise<readonly Row[]> {
    const { run, jobs } = this.#connection
    return run(() => {
      const cursor = jobs.find<Row>(filter, { projection: ROW, limit })
      return (sort === undefined ? cursor : cursor.sort(sort)).toArray()
    })
  }

  /** Those that are still what they were. */
  async #load(rows: readonly Row[], state: JobState): Promise<readonly JobRecord[]> {
    if (rows.length === 0) return []
    const { run, jobs, clock } = this.#connection
    const found = await run(() => jobs.find({ _id: { $in: rows.map(({ _id }) => _id) } }).toArray())
    const byId = new Map(found.map((job) => [job._id, job]))
    const now = clock.now()
    return rows.flatMap(({ _id }) => {
      const job = byId.get(_id)
      const gone = job?.expires !== undefined && job.expires.getTime() <= now
      return job === undefined || gone || shown(job.state) !== state ? [] : [toRecord(job)]
    })
  }
}

/** Before all jobs of a state. */
function startOf(state: JobState): Place {
  return [isFinal(state) ? Number.MAX_SAFE_INTEGER : Number.MIN_SAFE_INTEGER, 0, '']
}

function walksOf(state: JobState, queues: readonly QueueDocument[], queue: string | undefined): readonly Walk[] {
  if (state === 'queued') {
    return queues.flatMap(({ _id, lanes = [] }) =>
      lanes.map((lane) => forward({ queue: _id, lane, state }, 'rank', 'order')),
    )
  }
  if (state === 'blocked') return queues.map(({ _id }) => forward({ queue: _id, state }, 'rank', 'order'))
  if (state === 'scheduled') return [forward({ ...(queue === undefined ? {} : { queue }), state }, 'due', 'order')]
  return isFinal(state) ? queues.map(({ _id }) => backward({ queue: _id, state, ended: { $exists: true } })) : []
}

function forward(filter: Filter<JobDocument>, major: 'rank' | 'due', minor: 'order'): Walk {
  return {
    filter,
    sort: { [major]: 1, [minor]: 1 },
    from: ([first, second]) => [{ [major]: first, [minor]: { $gte: second } }, { [major]: { $gt: first } }],
  }
}

function backward(filter: Filter<JobDocument>): Walk {
  return {
    filter,
    sort: { ended: -1, _id: -1 },
    // The index is of what has ended: not every server draws that from the bounds.
    from: ([ended, , id]) => [
      { ended: { $exists: true, $eq: ended }, _id: { $lt: id } },
      { ended: { $exists: true, $lt: ended } },
    ],
  }
}

function placeIn(state: JobState): (row: Row) => Place {
  if (state === 'scheduled') return ({ due, order, _id }) => [due, order, _id]
  if (isFinal(state)) return ({ ended = 0, _id }) => [ended, 0, _id]
  return ({ rank, order, _id }) => [rank, order, _id]
}

function compare(state: JobState, a: Place, b: Place): number {
  const sign = isFinal(state) ? -1 : 1
  return sign * (a[0] - b[0] || a[1] - b[1] || (a[2] < b[2] ? -1 : a[2] > b[2] ? 1 : 0))
}
