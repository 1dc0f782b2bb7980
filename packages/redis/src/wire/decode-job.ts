import type {
  ClaimedJob,
  ErrorRecord,
  JobRecord,
  JobSettings,
  JobState,
  Keep,
  LockRequest,
} from '@jobs-worker/core/store'
import { decodeKey } from './encode-jobs'
import { idOf } from './ids'
import { Reader } from './reader'

/** The spec of the job before in the same reply: it is told only where it changes. */
let told: Spec | null = null

const STATES: Readonly<Record<string, JobState>> = {
  q: 'queued',
  b: 'blocked',
  s: 'scheduled',
  // Reserved jobs show as what they are to everybody else.
  v: 'queued',
  r: 'running',
  c: 'completed',
  f: 'failed',
  x: 'cancelled',
}

/**
 * Jobs as an exchange answers them: see lua/lib/tell.lua.
 * @param worker the id of the one that claimed them
 */
export function readClaimed(reader: Reader, queue: string, suffix: string, worker: string | null): ClaimedJob[] {
  const jobs: ClaimedJob[] = []
  let [spec, state]: [Spec | null, State | null] = [null, null]
  for (let left = reader.array() / 5; left > 0; left--) {
    const id = idOf(reader.hex(), suffix)
    const body = readBody(reader.text())
    if (!reader.absent()) spec = parseSpec(reader.text())
    if (!reader.absent()) state = readState(new Reader(reader.bytes()))
    const details = reader.absent() ? NO_DETAILS : readDetails(new Reader(reader.bytes()))
    const holder = state?.letter === 'r' ? worker : null
    jobs.push(toClaimed({ id, queue, body, spec: spec as Spec, state: state as State, details, worker: holder }))
  }
  return jobs
}

/** A job as a script's `view` answers it: see lua/lib/records.lua. */
export function readRecord(reader: Reader, queue: string, suffix: string): JobRecord {
  reader.array()
  const id = idOf(reader.hex(), suffix)
  const body = readBody(reader.text())
  told = reader.maybe(() => parseSpec(reader.text())) ?? (told as Spec)
  const spec = told
  const state = readState(new Reader(reader.bytes()))
  const details = reader.maybe(() => readDetails(new Reader(reader.bytes()))) ?? NO_DETAILS
  const worker = reader.maybe(() => reader.text())
  const { claim, reserved, ...record } = toClaimed({ id, queue, body, spec, state, details, worker })
  return record
}

interface Parts {
  readonly id: string
  readonly queue: string
  readonly body: Body
  readonly spec: Spec
  readonly state: State
  readonly details: Details
  readonly worker: string | null
}

function toClaimed({ id, queue, body, spec, state, details, worker }: Parts): ClaimedJob {
  return {
    id,
    task: spec.task,
    queue,
    lane: spec.lane,
    priority: spec.priority,
    state: STATES[state.letter] as JobState,
    input: body.input,
    headers: body.headers,
    createdAt: body.createdAt,
    dueAt: state.due ?? body.createdAt,
    startedAt: state.started,
    finishedAt: state.finished,
    worker: worker === '' ? null : worker,
    run: state.run,
    attempt: state.attempt,
    maxAttempts: state.max ?? spec.maxAttempts,
    postpones: state.postpones,
    progress: details.progress,
    meta: details.meta,
    result: details.result,
    errors: details.errors,
    uniqueKey: body.key,
    locks: state.locks === null ? body.locks : (JSON.parse(state.locks) as LockRequest[]),
    schedule: spec.schedule,
    keep: state.keep === null ? spec.keep : parseKeep(state.keep),
    settings: spec.settings,
    claim: state.claim ?? '',
    reserved: state.letter === 'v',
  }
}

type State = ReturnType<typeof readState>

function readState(reader: Reader) {
  reader.array()
  const text = () => reader.text()
  const number = () => reader.number()
  return {
    letter: text(),
    run: number(),
    attempt: number(),
    max: reader.maybe(number),
    postpones: number(),
    due: reader.maybe(number),
    started: reader.maybe(number),
    finished: reader.maybe(number),
    claim: reader.maybe(text),
    holder: reader.maybe(text),
    keep: reader.maybe(text),
    cancel: reader.maybe(number),
    removed: reader.boolean(),
    shelf: reader.maybe(number),
    locks: reader.maybe(text),
    special: reader.boolean(),
    detailed: reader.boolean(),
  }
}

interface Body {
  readonly createdAt: number
  readonly input: string | null
  readonly key: string | null
  readonly headers: Readonly<Record<string, string>> | null
  readonly locks: readonly LockRequest[]
}

const NO_LOCKS: readonly LockRequest[] = []

function readBody(text: string): Body {
  const feed = text.indexOf('\n')
  const head = feed < 0 ? text : text.slice(0, feed)
  const input = feed < 0 ? null : text.slice(feed + 1)
  if (!head.startsWith('*')) {
    return { createdAt: Number(head.slice(head.indexOf(' '))), input, key: null, headers: null, locks: NO_LOCKS }
  }
  const [, created = '', holding, , key = '-'] = head.split(' ', 6)
  const createdAt = Number(created)
  if (holding === undefined) return { createdAt, input, key: null, headers: null, locks: NO_LOCKS }
  const rest = JSON.parse(head.slice(head.indexOf('{'))) as Pick<Body, 'headers' | 'locks'>
  return { createdAt, input, key: key === '-' ? null : decodeKey(key), ...rest }
}

interface Spec {
  readonly lane: string
  readonly task: string
  readonly priority: number
  readonly maxAttempts: number | null
  readonly keep: Keep | null
  readonly settings: JobSettings | null
  readonly schedule: string | null
}

let parsed = new Map<string, Spec>()

/** Most jobs share theirs with others. */
function parseSpec(text: string): Spec {
  const known = parsed.get(text)
  if (known !== undefined) return known
  const [lane = '', task = '', priority, max, keep = '', rest = ''] = text.split('\0')
  const more = rest === '' ? { settings: null, schedule: null } : (JSON.parse(rest) as Spec)
  const spec: Spec = {
    lane,
    task,
    priority: Number(priority),
    maxAttempts: max === '' ? null : Number(max),
    keep: keep === '' ? null : parseKeep(keep),
    settings: more.settings,
    schedule: more.schedule,
  }
  if (parsed.size >= 1_000) parsed = new Map()
  parsed.set(text, spec)
  return spec
}

function parseKeep(text: string): Keep {
  const [completed, failed, cancelled] = text.split(',').map(Number)
  return { completed: completed as number, failed: failed as number, cancelled: cancelled as number }
}

interface Details {
  readonly progress: string | null
  readonly meta: string | null
  readonly result: string | null
  readonly errors: readonly ErrorRecord[]
}

const NO_DETAILS: Details = { progress: null, meta: null, result: null, errors: [] }

function readDetails(reader: Reader): Details {
  reader.array()
  const text = () => reader.text()
  const progress = reader.maybe(text)
  const meta = reader.maybe(text)
  const result = reader.maybe(text)
  const errors = reader.each((): ErrorRecord => {
    reader.array()
    const error = JSON.parse(reader.text()) as Omit<ErrorRecord, 'time' | 'attempt'>
    const time = reader.number()
    return { ...error, time, attempt: reader.number() }
  })
  return { progress, meta, result, errors }
}
