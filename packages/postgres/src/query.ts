import {
  JOB_STATES,
  type JobRecord,
  type JobState,
  type LaneRecord,
  type ListFilter,
  type ListPage,
  type QueueRecord,
  type WorkerRecord,
} from '@jobs-worker/core/store'
import type { Calls } from './calls'
import { decodeCursor, encodeCursor, type Position } from './cursor'
import type { Row } from './database'
import { type Ending, type Line, toLine, toRecord } from './decode'
import type { Lane, Lanes } from './lanes'
import { isUuid, textArray } from './text'

/** A page looks at so many jobs at most, so that a filter which hardly any passes takes pages, not minutes. */
const SCAN = 5_000

/** Behind this come all jobs of a state. */
const BEGINNING: Readonly<Record<JobState, readonly [number, number]>> = {
  scheduled: [-1, 0],
  queued: [-40_000, 0],
  blocked: [-40_000, 0],
  running: [-40_000, 0],
  completed: [0, Number.MAX_SAFE_INTEGER],
  failed: [0, Number.MAX_SAFE_INTEGER],
  cancelled: [0, Number.MAX_SAFE_INTEGER],
}

/** A job on its way to a page. */
interface Found {
  readonly line: Line
  readonly ending: Ending
  readonly position: Position
}

/** What of one state was found; `stopped` tells where, if before its end. */
interface Part {
  readonly found: readonly Found[]
  readonly stopped: Position | null
}

export class PostgresQuery {
  readonly #calls: Calls
  readonly #lanes: Lanes

  constructor(calls: Calls, lanes: Lanes) {
    this.#calls = calls
    this.#lanes = lanes
  }

  async get(id: string): Promise<JobRecord | null> {
    if (!isUuid(id)) return null
    const row = await this.#calls.row('get', [id])
    if (row.job === null) return null
    const line = toLine(String(row.job))
    await this.#lanes.load([line.lane])
    return toRecord(line, this.#lanes.get(line.lane) as Lane, toEnding(row))
  }

  async list(filter: ListFilter): Promise<ListPage> {
    const from = filter.cursor === undefined ? null : decodeCursor(filter.cursor)
    const first = from === null ? 0 : JOB_STATES.indexOf(from[0])
    const states = JOB_STATES.filter((state, i) => i >= first && (filter.states?.includes(state) ?? true))
    const found: Found[] = []
    let stopped: Position | null = null
    for (const state of states) {
      const after: Position = from?.[0] === state ? from : [state, ...BEGINNING[state]]
      // One more than asked for tells whether this page is the last.
      const part = await this.#part(filter, after, filter.limit + 1 - found.length)
      found.push(...part.found)
      stopped = part.stopped
      if (stopped !== null || found.length > filter.limit) break
    }
    const page = found.slice(0, filter.limit)
    await this.#lanes.load(page.map(({ line }) => line.lane))
    return {
      jobs: page.map(({ line, ending }) => toRecord(line, this.#lanes.get(line.lane) as Lane, ending)),
      cursor: cursorOf(page, found.length > page.length, stopped),
    }
  }

  async queues(): Promise<readonly QueueRecord[]> {
    const rows = await this.#calls.rows('list_queues', [])
    return rows.map(toQueue).sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  async unserved(queues: readonly string[]): Promise<readonly LaneRecord[]> {
    const rows = await this.#calls.rows('list_unserved', [textArray(queues)])
    return rows.map((row) => ({ queue: String(row.queue), lane: String(row.lane) }))
  }

  async workers(): Promise<readonly WorkerRecord[]> {
    const rows = await this.#calls.rows('list_workers', [])
    return rows.map((row) => ({
      id: String(row.id),
      instance: String(row.instance),
      host: String(row.host),
      pid: Number(row.pid),
      queues: row.queues as string[],
      lanes: row.lanes as string[],
      beatAge: Number(row.beat_age),
    }))
  }

  async #part({ queue, task }: ListFilter, after: Position, want: number): Promise<Part> {
    const rows = await this.#rows(queue ?? null, task ?? null, after, want)
    const end = rows.at(-1)
    const jobs = rows.filter((row) => row.job !== null)
    const stopped = end !== undefined && end.job === null && jobs.length < want ? positionOf(after[0], end) : null
    return {
      found: jobs.map((row) => ({
        line: toLine(String(row.job)),
        ending: toEnding(row),
        position: positionOf(after[0], row),
      })),
      stopped,
    }
  }

  async #rows(queue: string | null, task: string | null, after: Position, want: number): Promise<readonly Row[]> {
    const [state, major, minor] = after
    const scan = queue === null && task === null ? want : Math.max(want, SCAN)
    switch (state) {
      case 'scheduled':
        return this.#calls.rows('list_scheduled', [queue, task, major, minor, want, scan])
      case 'queued':
        return this.#calls.rows('list_queued', [queue, task, major, minor, want])
      case 'running':
        return this.#calls.rows('list_running', [queue, task, major, minor, want])
      case 'blocked':
        return this.#calls.rows('list_blocked', [queue, task, major, minor, want])
      default:
        return this.#calls.rows('list_finished', [FINAL[state], queue, task, minor, want, scan])
    }
  }
}

const FINAL = { completed: 'c', failed: 'f', cancelled: 'x' } as const

function cursorOf(page: readonly Found[], more: boolean, stopped: Position | null): string | null {
  if (more) return encodeCursor((page.at(-1) as Found).position)
  return stopped === null ? null : encodeCursor(stopped)
}

function positionOf(state: JobState, row: Row): Position {
  return [state, Number(row.major), Number(row.minor)]
}

function toEnding(row: Row): Ending {
  return {
    finishedAt: row.finished_at === null ? null : Number(row.finished_at),
    result: row.result as string | null,
    worker: row.worker as string | null,
  }
}

function toQueue(row: Row): QueueRecord {
  const counts = Object.fromEntries(JOB_STATES.map((state) => [state, Number(row[state])])) as Record<JobState, number>
  return { name: String(row.name), paused: row.paused === true, counts }
}
