import { createHash } from 'node:crypto'
import { InvalidError, type Keep, type LockRequest, type NewJob } from '@jobs-worker/core/store'
import { isUuid, RECORD_SEPARATOR } from './text'

/** Jobs as "put" and "put_unique" take them. */
export interface EncodedJobs {
  readonly ids: string
  readonly inputs: string
  readonly specs: string
  /** null: one spec for all. */
  readonly index: string | null
  readonly lanes: string
  readonly unique: boolean
}

/** What jobs share crosses once: most requests have one spec for all their jobs. */
export function encodeJobs(jobs: readonly NewJob[]): EncodedJobs {
  const lanes = new Table()
  const specs = new Table()
  const ids: string[] = []
  const inputs: string[] = []
  const index: number[] = []
  let unique = false
  let last: NewJob | undefined
  let number = 0
  for (const job of jobs) {
    if (!isUuid(job.id)) throw new InvalidError('job.id', job.id, 'a uuid')
    if (last === undefined || !isAlike(last, job)) {
      const lane = lanes.number(JSON.stringify({ queue: job.queue, lane: job.lane, task: job.task }))
      number = specs.number(JSON.stringify(toSpec(job, lane)))
      last = job
    }
    unique ||= job.unique !== null
    ids.push(job.id)
    inputs.push(job.input ?? '')
    index.push(number)
  }
  return {
    ids: ids.join(','),
    inputs: inputs.join(RECORD_SEPARATOR),
    specs: specs.json(),
    index: specs.size === 1 ? null : index.join(','),
    lanes: lanes.json(),
    unique,
  }
}

/** The same as one JSON object, for jobs that come with an outcome. */
export function encodeJobsAsJson(jobs: readonly NewJob[]): object {
  const { specs, lanes, index, unique } = encodeJobs(jobs)
  return {
    ids: jobs.map((job) => job.id),
    inputs: jobs.map((job) => job.input),
    index: index === null ? jobs.map(() => 1) : index.split(',').map(Number),
    specs: JSON.parse(specs),
    lanes: JSON.parse(lanes),
    unique,
  }
}

export function keepText(keep: Keep | null): string | null {
  return keep === null ? null : `${keep.completed},${keep.failed},${keep.cancelled}`
}

export function locksText(locks: readonly LockRequest[]): string | null {
  return locks.length === 0 ? null : JSON.stringify(locks)
}

/** Without a look into what is shared by reference: a difference missed here only costs time. */
function isAlike(a: NewJob, b: NewJob): boolean {
  return (
    a.queue === b.queue &&
    a.lane === b.lane &&
    a.task === b.task &&
    a.priority === b.priority &&
    a.maxAttempts === b.maxAttempts &&
    a.keep === b.keep &&
    a.settings === b.settings &&
    a.headers === b.headers &&
    a.schedule === b.schedule &&
    a.unique === null &&
    b.unique === null &&
    a.locks.length === 0 &&
    b.locks.length === 0 &&
    (a.due === b.due || JSON.stringify(a.due) === JSON.stringify(b.due))
  )
}

function toSpec(job: NewJob, lane: number): object {
  return {
    lane,
    priority: job.priority,
    attempts: job.maxAttempts,
    keep: keepText(job.keep),
    settings: job.settings === null ? null : JSON.stringify(job.settings),
    headers: job.headers === null ? null : JSON.stringify(job.headers),
    schedule: job.schedule,
    locks: locksText(job.locks),
    ...('at' in job.due ? { at: Math.round(job.due.at) } : { delay: Math.round(job.due.delay) }),
    ...(job.unique === null
      ? {}
      : {
          digest: digest(job.queue, job.task, job.unique.key),
          key: job.unique.key,
          mode: job.unique.while[0],
          length: job.unique.while === 'window' ? (job.unique.window ?? 0) : null,
          conflict: job.unique.onConflict,
        }),
  }
}

/** Keys of any length in 16 bytes; 128 bits of SHA-256 collide for nobody. */
function digest(queue: string, task: string, key: string): string {
  return createHash('sha256')
    .update(JSON.stringify([queue, task, key]))
    .digest('hex')
    .slice(0, 32)
}

/** Different texts, numbered from 1. */
class Table {
  readonly #numbers = new Map<string, number>()

  get size(): number {
    return this.#numbers.size
  }

  number(text: string): number {
    const known = this.#numbers.get(text)
    if (known !== undefined) return known
    this.#numbers.set(text, this.#numbers.size + 1)
    return this.#numbers.size
  }

  json(): string {
    return `[${[...this.#numbers.keys()].join(',')}]`
  }
}
