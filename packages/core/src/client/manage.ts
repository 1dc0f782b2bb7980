import type { Catalog } from '../model/catalog'
import { InvalidError, NotFoundError, UniqueConflictError } from '../model/errors'
import { isJobId } from '../model/id'
import { FINAL_STATES, JOB_STATES, type Job, type JobState } from '../model/job'
import { checkInteger, checkKnown, checkName } from '../model/names'
import { toJob } from '../store/job-view'
import type { AdminVerdict, JobRecord, QueueRecord, Store } from '../store/port'

export interface ListOptions {
  readonly queue?: string
  readonly task?: string
  /** Default: all. */
  readonly states?: readonly JobState[]
  /** 1 to 1000. Default 100. */
  readonly limit?: number
  readonly cursor?: string
}

export interface JobPage {
  readonly jobs: readonly Job[]
  /** null at the end; a page may be short while this is set. */
  readonly cursor: string | null
}

/** Which jobs an operation on many is about. */
export type JobFilter = Pick<ListOptions, 'queue' | 'task' | 'states'>

export type JobCounts = Readonly<Record<JobState, number>>

const STEP = 1_000
const KEEP_FALLBACK = 'default'

/** Looking at jobs and changing them; operations on many go in steps of a thousand. */
export class Manager {
  readonly #store: Store
  readonly #catalog: Catalog

  constructor(store: Store, catalog: Catalog) {
    this.#store = store
    this.#catalog = catalog
  }

  async get(id: string): Promise<Job | null> {
    const record = isJobId(id) ? await this.#store.get(id) : null
    return record === null ? null : toJob(record)
  }

  async list(options: ListOptions = {}): Promise<JobPage> {
    checkKnown('list', options, ['queue', 'task', 'states', 'limit', 'cursor'])
    const limit = options.limit === undefined ? 100 : checkInteger('list.limit', options.limit, 1, 1_000)
    const page = await this.#store.list({ ...checkFilter('list', options), limit, ...cursorOf(options.cursor) })
    return { jobs: page.jobs.map(toJob), cursor: page.cursor }
  }

  queues(): Promise<readonly QueueRecord[]> {
    return this.#store.queues()
  }

  async counts(): Promise<Record<string, JobCounts>> {
    const queues = await this.#store.queues()
    return Object.fromEntries(queues.map((queue) => [queue.name, queue.counts]))
  }

  cancel(target: string | JobFilter): Promise<Job | number> {
    const keep = this.#catalog.settings(undefined, KEEP_FALLBACK).keep
    const alive: JobState[] = ['scheduled', 'queued', 'blocked', 'running']
    return this.#apply('cancel', target, alive, (ids) => this.#store.cancel(ids, keep))
  }

  retry(target: string | JobFilter): Promise<Job | number> {
    return this.#apply('retry', target, ['failed'], (ids) => this.#store.retry(ids))
  }

  promote(target: string | JobFilter): Promise<Job | number> {
    return this.#apply('promote', target, ['scheduled'], (ids) => this.#store.makeDue(ids))
  }

  /** Removes one job, or all of some states (default: the final ones), and answers how many of each state. */
  async remove(target?: string | JobFilter): Promise<Job | Partial<Record<JobState, number>>> {
    if (typeof target === 'string') {
      const before = isJobId(target) ? await this.#store.get(target) : null
      if (before === null) throw new NotFoundError('job', target)
      await this.#one('remove', target, (ids) => this.#store.remove(ids))
      return toJob(before)
    }
    const counts: Partial<Record<JobState, number>> = {}
    for await (const page of this.#pages('remove', target ?? {}, FINAL_STATES)) {
      const verdicts = await this.#store.remove(page.map((record) => record.id))
      for (const [i, verdict] of verdicts.entries()) {
        const state = (page[i] as JobRecord).state
        if (verdict === 'done' || verdict === 'requested') counts[state] = (counts[state] ?? 0) + 1
      }
    }
    return counts
  }

  async #apply(
    what: string,
    target: string | JobFilter,
    states: readonly JobState[],
    change: (ids: readonly string[]) => Promise<readonly AdminVerdict[]>,
  ): Promise<Job | number> {
    if (typeof target === 'string') {
      const before = isJobId(target) ? await this.#store.get(target) : null
      await this.#one(what, target, change)
      const after = await this.#store.get(target)
      if (after !== null) return toJob(after)
      // A cancelled job that keeps nothing is gone at once.
      if (before !== null && what === 'cancel') return toJob({ ...before, state: 'cancelled' })
      throw new NotFoundError('job', target)
    }
    let changed = 0
    for await (const page of this.#pages(what, target, states)) {
      const verdicts = await change(page.map((record) => record.id))
      changed += verdicts.filter((verdict) => verdict === 'done' || verdict === 'requested').length
    }
    return changed
  }

  async #one(
    what: string,
    id: string,
    change: (ids: readonly string[]) => Promise<readonly AdminVerdict[]>,
  ): Promise<void> {
    checkName(`${what}: id`, id)
    const [verdict] = isJobId(id) ? await change([id]) : ['unknown' as const]
    if (verdict === 'unknown') throw new NotFoundError('job', id)
    if (verdict === 'conflict') {
      const record = await this.#store.get(id)
      throw new UniqueConflictError(record?.task ?? '', record?.uniqueKey ?? '', null)
    }
  }

  async *#pages(what: string, filter: JobFilter, states: readonly JobState[]): AsyncGenerator<readonly JobRecord[]> {
    checkKnown(what, filter, ['queue', 'task', 'states'])
    const wanted = { states, ...checkFilter(what, filter) }
    let cursor: string | null | undefined
    while (cursor !== null) {
      const page = await this.#store.list({ ...wanted, limit: STEP, ...cursorOf(cursor) })
      if (page.jobs.length > 0) yield page.jobs
      cursor = page.cursor
    }
  }
}

function cursorOf(cursor: string | undefined): { cursor?: string } {
  return cursor === undefined ? {} : { cursor }
}

function checkFilter(field: string, filter: JobFilter): JobFilter {
  const { queue, task, states } = filter
  if (states !== undefined && (!Array.isArray(states) || !states.every((state) => JOB_STATES.includes(state)))) {
    throw new InvalidError(`${field}.states`, states, `a list of ${JOB_STATES.join(', ')}`)
  }
  return {
    ...(queue === undefined ? {} : { queue: checkName(`${field}.queue`, queue) }),
    ...(task === undefined ? {} : { task: checkName(`${field}.task`, task) }),
    ...(states === undefined ? {} : { states }),
  }
}
