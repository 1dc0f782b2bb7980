import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import { InvalidError, type QueueOptions, type WorkerOptions } from '@jobs-worker/core'
import type { JobsConfig } from '../config'
import { UsageError } from '../errors'
import { integer } from '../options/kinds'
import type { Values, WORK_OPTIONS } from '../options/table'
import type { StoreChoice } from '../store/choice'

/** One worker: what `jobs.worker()` is told. Plain data: it crosses to another process. */
export interface WorkerSpec extends WorkerOptions {
  readonly id: string
  readonly queues: readonly string[]
}

type WorkValues = Values<(typeof WORK_OPTIONS)[number]>

/** Workers that share the queues they serve. */
interface Group {
  readonly name: string
  readonly queues: readonly string[]
  readonly count: number
  readonly maxJobs: number | undefined
}

/**
 * Which workers there are: `workers` of them for the queues to serve, and some of their own for each queue that names
 * `workers` in the config.
 * @throws UsageError, InvalidError
 */
export function planWorkers(options: WorkValues, config: JobsConfig, store: StoreChoice): readonly WorkerSpec[] {
  const id = options.pid ?? `${hostname()}-${process.pid}-${randomBytes(4).toString('hex')}`
  const common = commonOptions(options)
  return groupsOf(options, config).flatMap((group) => {
    if (group.count > 1 && store.processes === 'one') {
      throw new UsageError(`store ${store.label} is for one process: --workers ${group.count} needs a database server`)
    }
    const base = group.name === '' ? id : `${id}/${group.name}`
    const { queues, maxJobs } = group
    return Array.from({ length: group.count }, (_, i) => ({
      ...common,
      id: group.count === 1 ? base : `${base}/${i + 1}`,
      queues,
      ...(maxJobs === undefined ? {} : { maxJobs }),
    }))
  })
}

function groupsOf(options: WorkValues, config: JobsConfig): Group[] {
  const served = options.queues ?? ['default']
  const own = Object.entries(config.queues ?? {}).filter(
    ([name, { workers }]) => workers !== undefined && (options.queues === undefined || served.includes(name)),
  )
  const shared = served.filter((name) => !own.some(([ownName]) => ownName === name))
  const groups = own.map(([name, queue]) => ({
    name,
    queues: [name],
    count: integer(1, 1_000)(`config.queues.${name}.workers`, queue.workers),
    maxJobs: options.maxJobsPerWorker ?? maxJobsOf(name, queue),
  }))
  if (shared.length === 0) return groups
  const [only] = shared as [string]
  const single = shared.length === 1 ? maxJobsOf(only, config.queues?.[only]) : undefined
  const count = options.workers ?? 1
  return [{ name: '', queues: shared, count, maxJobs: options.maxJobsPerWorker ?? single }, ...groups]
}

function maxJobsOf(name: string, queue: QueueOptions | undefined): number | undefined {
  if (queue?.maxJobsPerWorker === undefined) return undefined
  return integer(1, Number.MAX_SAFE_INTEGER)(`config.queues.${name}.maxJobsPerWorker`, queue.maxJobsPerWorker)
}

function commonOptions(options: WorkValues): WorkerOptions {
  const { concurrency, prefetchMin, prefetchMax, pollInterval, stopTimeout, deleteCompleted, scheduler } = options
  if (prefetchMin !== undefined && prefetchMax !== undefined && prefetchMin > prefetchMax) {
    throw new InvalidError('--prefetch-min', prefetchMin, `at most --prefetch-max (${prefetchMax})`)
  }
  return {
    ...(concurrency === undefined ? {} : { concurrency }),
    ...(prefetchMin === undefined ? {} : { prefetchMin }),
    ...(prefetchMax === undefined ? {} : { prefetchMax }),
    ...(pollInterval === undefined ? {} : { pollInterval }),
    ...(stopTimeout === undefined ? {} : { stopTimeout }),
    ...(scheduler === undefined ? {} : { scheduler }),
    ...(deleteCompleted ? { keep: { completed: 0 } } : {}),
  }
}
