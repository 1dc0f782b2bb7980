import type { ClaimedJob, ErrorRecord, JobRecord, JobState, Keep } from '@jobs-worker/core/store'
import type { Lane } from './lanes'
import { RECORD_SEPARATOR, UNIT_SEPARATOR } from './text'

/** A job's line (see line.sql), its fields still texts. */
export interface Line {
  readonly fields: readonly string[]
  readonly lane: number
  readonly seq: number
  readonly priority: number
  readonly rank: number
}

/** What a job has besides its line. */
export interface Ending {
  readonly finishedAt: number | null
  readonly result: string | null
  readonly worker: string | null
}

/** The rare fields of a line. */
interface Rest {
  readonly postpones: number
  readonly settings: string | null
  readonly headers: string | null
  readonly schedule: string | null
  readonly uniqueKey: string | null
  readonly progress: string | null
  readonly meta: string | null
  readonly errors: readonly string[] | null
}

const NO_REST: Rest = {
  postpones: 0,
  settings: null,
  headers: null,
  schedule: null,
  uniqueKey: null,
  progress: null,
  meta: null,
  errors: null,
}

const NO_ENDING: Ending = { finishedAt: null, result: null, worker: null }

const STATES: Readonly<Record<string, JobState>> = {
  q: 'queued',
  r: 'queued',
  s: 'running',
  b: 'blocked',
  d: 'scheduled',
  c: 'completed',
  f: 'failed',
  x: 'cancelled',
}

export function toLines(text: string | null): readonly Line[] {
  return text === null ? [] : text.split(RECORD_SEPARATOR).map(toLine)
}

export function toLine(text: string): Line {
  const fields = text.split(UNIT_SEPARATOR)
  const priority = fields[10] === '' ? 10 : Number(fields[10])
  return {
    fields,
    lane: Number(fields[1]),
    seq: Number(fields[2]),
    priority,
    rank: fields[11] === '' ? priority : Number(fields[11]),
  }
}

export function toRecord(line: Line, lane: Lane, ending: Ending = NO_ENDING): JobRecord {
  const [id, , , state, created, due, started, run, attempt, maxAttempts, , , keep, input, more, locks] = line.fields
  const rest = more ? (JSON.parse(more) as Rest) : NO_REST
  const createdAt = Number(created)
  return {
    id: id as string,
    task: lane.task,
    queue: lane.queue,
    lane: lane.lane,
    priority: line.priority,
    state: STATES[state as string] as JobState,
    input: input || null,
    headers: rest.headers === null ? null : JSON.parse(rest.headers),
    createdAt,
    dueAt: due ? Number(due) : createdAt,
    startedAt: started ? Number(started) : null,
    finishedAt: ending.finishedAt,
    worker: ending.worker,
    run: run ? Number(run) : 1,
    attempt: attempt ? Number(attempt) : 1,
    maxAttempts: maxAttempts === '-' ? null : maxAttempts ? Number(maxAttempts) : 3,
    postpones: rest.postpones,
    progress: rest.progress,
    meta: rest.meta,
    result: ending.result,
    errors: rest.errors === null ? [] : rest.errors.map(toError),
    uniqueKey: rest.uniqueKey,
    locks: locks ? JSON.parse(locks) : [],
    schedule: rest.schedule,
    keep: keep ? toKeep(keep) : null,
    settings: rest.settings === null ? null : JSON.parse(rest.settings),
  }
}

export function toClaimed(line: Line, lane: Lane, claim: string, worker: string | null): ClaimedJob {
  const reserved = line.fields[3] === 'r'
  const record = toRecord(line, lane, reserved ? NO_ENDING : { ...NO_ENDING, worker })
  return Object.assign(record, { claim, reserved })
}

/** See add_error.sql: attempt and time of the store's own, then the record. */
function toError(text: string): ErrorRecord {
  const [, attempt, time, json] = /^(\d+) (\d+) (.*)$/s.exec(text) as unknown as [string, string, string, string]
  const record = JSON.parse(json) as ErrorRecord
  return {
    ...record,
    ...(attempt === '0' ? {} : { attempt: Number(attempt) }),
    ...(time === '0' ? {} : { time: Number(time) }),
  }
}

let lastKeep = { text: '', keep: { completed: 0, failed: 0, cancelled: 0 } }

/** Most jobs of a claim have the same. */
function toKeep(text: string): Keep {
  if (text !== lastKeep.text) {
    const [completed = 0, failed = 0, cancelled = 0] = text.split(',').map(Number)
    lastKeep = { text, keep: { completed, failed, cancelled } }
  }
  return lastKeep.keep
}
