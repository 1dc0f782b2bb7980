import type { Due, Keep, NewJob } from '@jobs-worker/core/store'
import { idToBytes } from './ids'
import { Ids, type Packable } from './pack'

/** Longest keep in ms: far beyond any date, and exact as Lua writes numbers. */
const LONGEST = 99_999_999_999_999

/** Jobs as lib/enqueue.lua takes them: the specs that they share, and batches of those that are alike. */
export function encodeJobs(jobs: readonly NewJob[]): [specs: string[], batches: Packable[]] {
  const specs = new Specs()
  const batches: Packable[] = []
  let last: NewJob | null = null
  let [ids, tails]: [Ids, string[]] = [new Ids(), []]
  for (const job of jobs) {
    if (last === null || !alike(job, last)) {
      ids = new Ids()
      tails = []
      batches.push(encodeBatch(job, specs.numberOf(job), ids, tails))
    }
    ids.all.push(job.id)
    tails.push(encodeTail(job))
    last = job
  }
  return [specs.texts, batches]
}

/** The same, each job a batch of its own. */
export function encodeApart(jobs: readonly NewJob[]): [specs: string[], batches: Packable[]] {
  const specs = new Specs()
  const batches = jobs.map((job) => encodeBatch(job, specs.numberOf(job), [idToBytes(job.id)], [encodeTail(job)]))
  return [specs.texts, batches]
}

/** The specs of one message; what they are numbered by begins with 1. */
class Specs {
  readonly #numbers = new Map<string, number>()

  get texts(): string[] {
    return [...this.#numbers.keys()]
  }

  numberOf(job: NewJob): number {
    const spec = encodeSpec(job)
    const number = this.#numbers.get(spec) ?? this.#numbers.size + 1
    this.#numbers.set(spec, number)
    return number
  }
}

/** Whether the same is to be done for both, and nothing but their ids and inputs differs. */
function alike(a: NewJob, b: NewJob): boolean {
  return isPlain(a) && isPlain(b) && sameSpec(a, b) && (a.due === b.due || encodeDue(a.due) === encodeDue(b.due))
}

function isPlain({ unique, headers, locks }: NewJob): boolean {
  return unique === null && headers === null && locks.length === 0
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

function encodeBatch({ due, unique }: NewJob, spec: number, ids: Packable, tails: Packable): Packable {
  const batch = [spec, encodeDue(due), ids, tails]
  if (unique === null) return batch
  return [...batch, unique.while.slice(0, 1), encodeMs(unique.window ?? 0), encodeKey(unique.key), unique.onConflict]
}

/** What stands in its body behind the time of creation. */
function encodeTail(job: NewJob): string {
  const feed = job.input === null ? '' : `\n${job.input}`
  if (isPlain(job)) return feed
  const { unique } = job
  if (unique === null) return ` - 0 - ${encodeRest(job)}${feed}`
  return ` ${unique.while.slice(0, 1)} ${encodeMs(unique.window ?? 0)} ${encodeKey(unique.key)} ${encodeRest(job)}${feed}`
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
