import { type Catalog, parseWorkerSettings, type WorkerSettings } from '../model/catalog'
import { type Duration, parseDuration } from '../model/duration'
import { InvalidError } from '../model/errors'
import { newId } from '../model/id'
import { checkBoolean, checkInteger, checkKnown, checkName } from '../model/names'
import { type KeepOptions, type PartialSettings, parseSettings } from '../model/settings'
import type { AppetiteOptions } from './appetite'
import { hostName, pid } from './host'

export interface WorkerOptions extends WorkerSettings {
  /** Default: ['default']. Served in turn. */
  readonly queues?: readonly string[]
  /** Default: made of the host's name, the process and something random. */
  readonly id?: string
  /** How long its jobs are its own after its last beat. Default '30s', at least 1s. */
  readonly lease?: Duration
  /** Time between two beats. Default '500ms'. */
  readonly beat?: Duration
  /** How long an aborted handler may go on. Default '10s'. */
  readonly grace?: Duration
  /** For `stop()` without one. Default: none, waits for what runs. */
  readonly stopTimeout?: Duration
  /** Claims no more after so many jobs, and stops when the last of them has ended. Default: no limit. */
  readonly maxJobs?: number
  /** false: starts no scheduler. Default true: one for all workers of a process. */
  readonly scheduler?: boolean
  /** Beats the task's and the call's. */
  readonly keep?: KeepOptions
}

const FIELDS = [
  'queues',
  'id',
  'lease',
  'beat',
  'grace',
  'stopTimeout',
  'maxJobs',
  'keep',
  'concurrency',
  'prefetchMin',
  'prefetchMax',
  'pollInterval',
  'scheduler',
] as const

export interface WorkerConfig extends Omit<AppetiteOptions, 'lanes' | 'hears'> {
  readonly id: string
  readonly leaseMs: number
  readonly beatMs: number
  readonly grace: number
  readonly stopTimeout: number | null
  readonly pollInterval: number
  readonly scheduler: boolean
  readonly overrides: PartialSettings
}

/** @throws InvalidError */
export function parseWorkerOptions(options: WorkerOptions, catalog: Catalog, top: WorkerSettings): WorkerConfig {
  checkKnown('worker', options, FIELDS)
  const names = checkQueues(options.queues ?? ['default'])
  const own = parseWorkerSettings('worker', options)
  // With one queue its settings are the worker's; with several each caps its own share.
  const single = names.length === 1 ? catalog.worker(names[0] as string) : {}
  const settings = { ...workerPart(top), ...single, ...own }
  const leaseMs = parseDuration('worker.lease', options.lease ?? '30s')
  const beatMs = parseDuration('worker.beat', options.beat ?? 500)
  if (leaseMs < 1_000) throw new InvalidError('worker.lease', options.lease, 'at least 1s')
  if (beatMs < 10 || beatMs * 2 > leaseMs)
    throw new InvalidError('worker.beat', options.beat, 'from 10ms to half of the lease')
  return {
    id: options.id === undefined ? `${hostName()}-${pid}-${newId().slice(24, 32)}` : checkName('worker.id', options.id),
    leaseMs,
    beatMs,
    grace: parseDuration('worker.grace', options.grace ?? '10s'),
    stopTimeout: options.stopTimeout === undefined ? null : parseDuration('worker.stopTimeout', options.stopTimeout),
    pollInterval: settings.pollInterval ?? 1_000,
    concurrency: settings.concurrency ?? 10,
    prefetchMin: settings.prefetchMin,
    prefetchMax: settings.prefetchMax,
    maxJobs:
      options.maxJobs === undefined
        ? null
        : checkInteger('worker.maxJobs', options.maxJobs, 1, Number.MAX_SAFE_INTEGER),
    scheduler: checkBoolean('worker.scheduler', options.scheduler ?? true),
    overrides: options.keep === undefined ? {} : parseSettings('worker', { keep: options.keep }),
    queues: names.map((name) => {
      const queue = names.length === 1 ? {} : catalog.worker(name)
      return { name, concurrency: queue.concurrency ?? Number.POSITIVE_INFINITY, prefetchMax: queue.prefetchMax }
    }),
  }
}

function checkQueues(names: readonly string[]): readonly string[] {
  if (!Array.isArray(names) || names.length === 0)
    throw new InvalidError('worker.queues', names, 'a list of at least one name')
  for (const name of names) checkName('worker.queues', name)
  return [...new Set(names)]
}

/** `top` may hold much more. */
function workerPart({ concurrency, prefetchMin, prefetchMax, pollInterval }: WorkerSettings) {
  const given = { concurrency, prefetchMin, prefetchMax, pollInterval }
  return parseWorkerSettings(
    'createJobs',
    Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
  )
}
