import {
  isFinal,
  JOB_STATES,
  type JobRecord,
  type JobState,
  type ListFilter,
  type ListPage,
} from '@jobs-worker/core/store'
import type { Connection } from './connection'
import { decodeCursor, encodeCursor, type Position } from './cursor'
import type { Keys } from './keys'
import { SCRIPTS } from './scripts'
import { STEP } from './step'
import { readRecord } from './wire/decode-job'
import { suffixOf } from './wire/ids'

const LETTERS: Partial<Record<JobState, string>> = {
  scheduled: 's',
  queued: 'q',
  blocked: 'b',
  running: 'r',
  completed: 'c',
  failed: 'f',
  cancelled: 'x',
}

/** Rows that one page looks at, at least: where a task is asked for most may be of others. */
const LEAST = 100

interface ListedRow extends Position {
  /** null: of another task, or past its keep. */
  readonly job: JobRecord | null
}

interface Rows {
  readonly rows: readonly ListedRow[]
  /** There are no more. */
  readonly end: boolean
}

/** Lists state by state, merging the queues in each. */
export class Lister {
  readonly #connection: Connection
  readonly #keys: Keys

  constructor(connection: Connection, keys: Keys) {
    this.#connection = connection
    this.#keys = keys
  }

  async list(queues: readonly string[], filter: ListFilter): Promise<ListPage> {
    const after = filter.cursor === undefined ? null : decodeCursor(filter.cursor)
    const jobs: JobRecord[] = []
    for (const state of statesOf(filter, after)) {
      const from = after?.state === state ? after : null
      const page = await this.#page(queues, state, from, filter, filter.limit - jobs.length)
      jobs.push(...page.jobs)
      if (page.last !== null) return { jobs, cursor: encodeCursor(page.last) }
    }
    return { jobs, cursor: null }
  }

  /** The next jobs of one state; `last` is where to go on, null where the state is through. */
  async #page(
    queues: readonly string[],
    state: JobState,
    after: Position | null,
    filter: ListFilter,
    limit: number,
  ): Promise<{ readonly jobs: readonly JobRecord[]; readonly last: Position | null }> {
    const parts = await Promise.all(queues.map((queue) => this.#read(queue, state, after, filter, limit)))
    const before = orderOf(state)
    // Beyond the last row that a queue has shown there may be others of that queue.
    const ends = parts.filter(({ end }) => !end).map(({ rows }) => rows.at(-1) as ListedRow)
    const cut = ends.sort(before)[0] ?? null
    const rows = parts
      .flatMap((part) => part.rows)
      .filter((row) => cut === null || before(row, cut) <= 0)
      .sort(before)
    const jobs: JobRecord[] = []
    for (const [at, row] of rows.entries()) {
      if (jobs.length === limit) return { jobs, last: rows[at - 1] ?? after ?? START(state) }
      if (row.job !== null) jobs.push(row.job)
    }
    return { jobs, last: cut }
  }

  async #read(
    queue: string,
    state: JobState,
    after: Position | null,
    filter: ListFilter,
    limit: number,
  ): Promise<Rows> {
    const wanted = filter.task === undefined ? limit + 1 : Math.max(LEAST, limit + 1)
    const rows: ListedRow[] = []
    for (let from = after; ; from = rows.at(-1) ?? null) {
      const most = Math.min(wanted - rows.length, STEP)
      const step = await this.#step(queue, state, from, filter.task, most)
      rows.push(...step.rows)
      if (step.end || rows.length >= wanted) return { rows, end: step.end }
    }
  }

  async #step(
    queue: string,
    state: JobState,
    after: Position | null,
    task: string | undefined,
    limit: number,
  ): Promise<Rows> {
    const reader = await this.#connection.run(SCRIPTS.list, this.#keys.queue(queue), [
      LETTERS[state] as string,
      isFinal(state),
      after?.score ?? false,
      Buffer.from(after?.id ?? '', 'hex'),
      limit,
      task ?? false,
    ])
    const suffix = suffixOf(queue)
    reader.array()
    const rows = reader.each((): ListedRow => {
      reader.array()
      const score = reader.text()
      const id = reader.hex()
      return { state, score, id, job: reader.maybe(() => readRecord(reader, queue, suffix)) }
    })
    return { rows, end: reader.boolean() }
  }
}

function statesOf(filter: ListFilter, after: Position | null): readonly JobState[] {
  const from = after === null ? 0 : JOB_STATES.indexOf(after.state)
  return JOB_STATES.filter((state, at) => at >= from && state in LETTERS && (filter.states?.includes(state) ?? true))
}

/** As list.lua sorts. */
function orderOf(state: JobState): (a: Position, b: Position) => number {
  const sign = isFinal(state) ? -1 : 1
  return (a, b) => sign * (Number(a.score) - Number(b.score) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0))
}

/** Before all jobs of a state. */
const START = (state: JobState): Position => ({ state, score: isFinal(state) ? '1e300' : '-1e300', id: '' })
