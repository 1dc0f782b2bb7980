import type { Due, Keep, NewJob } from '@jobs-worker/core/store'
import { idToBytes } from './ids'
import type { Packable } from './pack'

/** Longest keep in ms: far beyond any date, and exact as Lua writes numbers. */
const LONGEST = 99_999_999_999_999

/** Jobs as lib/enqueue.lua takes them: the specs that they share, and a row for each. */
export function encodeJobs(jobs: readonly NewJob[]): [specs: string[], rows: Packable[]] {
  const numbers = new Map<string, number>()
  const rows: Packable[] = []
  let last: NewJob | null = null
  let number = 0
  for (const job of jobs) {
    if (last === null || !sameSpec(job, last)) {
      const spec = encodeSpec(job)
      number = numbers.get(spec) ?? numbers.size + 1
      numbers.set(spec, number)
      last = job
    }
    rows.push(encodeJob(job, number))
  }
  return [[...numbers.keys()], rows]
}

/** Cheap to tell, and true of most neighbours. */
function sameSpec(a: NewJob, b: NewJob): boolean {
  return (
    a.task === b.task &&
    a.lane === b.lane &&
    a.priority === b.priority &&
    a.maxAttempts === b.maxAttempts &&
    a.keep === b.keep &&
    a.settings === b.settings &&
    a.schedule === b.schedule
  )
}

function encodeSpec(job: NewJob): string {
  const { settings, schedule } = job
  const rest = settings === null && schedule === null ? '' : JSON.stringify({ settings, schedule })
  const keep = job.keep === null ? '' : encodeKeep(job.keep)
  return [job.lane, job.task, job.priority, job.maxAttempts ?? '', keep, rest].join('\0')
}

export function encodeKeep({ completed, failed, cancelled }: Keep): string {
  return `${encodeMs(completed)},${encodeMs(failed)},${encodeMs(cancelled)}`
}

/** A duration in whole milliseconds. */
export function encodeMs(ms: number): number {
  return Math.min(LONGEST, Math.max(0, Math.round(ms)))
}

function encodeJob(job: NewJob, spec: number): Packable {
  const { unique } = job
  const due = encodeDue(job.due)
  const feed = job.input === null ? '' : `\n${job.input}`
  if (unique === null) {
    const plain = job.headers === null && job.locks.length === 0
    return [idToBytes(job.id), spec, due, plain ? feed : ` - 0 - ${encodeRest(job)}${feed}`]
  }
  const holding = unique.while.slice(0, 1)
  const window = encodeMs(unique.window ?? 0)
  const key = encodeKey(unique.key)
  const tail = ` ${holding} ${window} ${key} ${encodeRest(job)}${feed}`
  return [idToBytes(job.id), spec, due, tail, holding, window, key, unique.onConflict]
}

/** A delay, or an instant as -1 - instant. */
function encodeDue(due: Due): number {
  return 'at' in due ? -1 - Math.max(0, Math.round(due.at)) : encodeMs(due.delay)
}

function encodeRest({ headers, locks }: NewJob): string {
  return `${locks.length === 0 ? '-' : 'L'} ${JSON.stringify({ headers, locks })}`
}

/** A key without blanks, that is neither empty nor '-'. */
export function encodeKey(key: string): string {
  if (key === '') return '%'
  if (key === '-') return '%002d'
  return key.replace(/[%\s]/g, (found) => `%${found.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

export function decodeKey(text: string): string {
  return text === '%'
    ? ''
    : text.replace(/%([0-9a-f]{4})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
}
