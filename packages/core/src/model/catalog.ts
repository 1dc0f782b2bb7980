import { type Duration, parseDuration } from './duration'
import { InvalidError, UnknownTaskError } from './errors'
import type { Keep } from './job'
import { checkInteger, checkKnown, checkName } from './names'
import {
  DEFAULT_SETTINGS,
  mergeSettings,
  type PartialSettings,
  parseSettings,
  SETTING_FIELDS,
  type Settings,
  type SettingsOptions,
} from './settings'
import type { AnyTask } from './task'

/** What a worker may be told for one queue, or for all. */
export interface WorkerSettings {
  /** Jobs that run at the same time; for a queue, a cap inside each worker. Default 10. */
  readonly concurrency?: number
  /** Fixes the prefetch: claim again when so few jobs are left. Default: sizes itself. */
  readonly prefetchMin?: number
  /** Fixes the prefetch: claim up to so many jobs. Default: sizes itself. */
  readonly prefetchMax?: number
  /** The net under wake-ups. Default '1s'. */
  readonly pollInterval?: Duration
}

export interface QueueOptions extends SettingsOptions, WorkerSettings {
  /** Processes of the queue's own (the command line's). */
  readonly workers?: number
  /** A process of the command line is replaced after so many jobs. */
  readonly maxJobsPerWorker?: number
}

const WORKER_FIELDS = ['concurrency', 'prefetchMin', 'prefetchMax', 'pollInterval'] as const
const QUEUE_FIELDS = [...SETTING_FIELDS, ...WORKER_FIELDS, 'workers', 'maxJobsPerWorker'] as const

export interface ParsedWorkerSettings {
  readonly concurrency?: number
  readonly prefetchMin?: number
  readonly prefetchMax?: number
  readonly pollInterval?: number
}

/** @throws InvalidError */
export function parseWorkerSettings(field: string, options: WorkerSettings): ParsedWorkerSettings {
  const parsed: { -readonly [K in keyof ParsedWorkerSettings]: ParsedWorkerSettings[K] } = {}
  if (options.concurrency !== undefined)
    parsed.concurrency = checkInteger(`${field}.concurrency`, options.concurrency, 1, 100_000)
  if (options.prefetchMin !== undefined)
    parsed.prefetchMin = checkInteger(`${field}.prefetchMin`, options.prefetchMin, 0, 100_000)
  if (options.prefetchMax !== undefined)
    parsed.prefetchMax = checkInteger(`${field}.prefetchMax`, options.prefetchMax, 0, 100_000)
  if (options.pollInterval !== undefined) {
    parsed.pollInterval = parseDuration(`${field}.pollInterval`, options.pollInterval)
    if (parsed.pollInterval < 10)
      throw new InvalidError(`${field}.pollInterval`, options.pollInterval, 'a duration of at least 10ms')
  }
  if ((parsed.prefetchMin ?? 0) > (parsed.prefetchMax ?? Number.POSITIVE_INFINITY)) {
    throw new InvalidError(`${field}.prefetchMin`, options.prefetchMin, `at most prefetchMax (${options.prefetchMax})`)
  }
  return parsed
}

interface QueueEntry {
  readonly settings: PartialSettings
  readonly worker: ParsedWorkerSettings
}

/**
 * The tasks and settings that one runtime knows, and the order in which settings beat each other: the call's, the task's,
 * the queue's, the top level's, the table's. Settings of the queue `default` serve queues that are not listed.
 */
export class Catalog {
  readonly #tasks = new Map<string, AnyTask>()
  readonly #queues = new Map<string, QueueEntry>()
  readonly #top: PartialSettings
  readonly #strict: boolean
  /** By task object, not by name: another task of this name may be passed to enqueue. */
  readonly #resolved = new WeakMap<object, Map<string, Settings>>()

  constructor(top: PartialSettings, queues: Readonly<Record<string, QueueOptions>>, strict: boolean) {
    this.#top = top
    this.#strict = strict
    for (const [name, options] of Object.entries(queues)) {
      const field = `queues.${checkName('queues', name)}`
      checkKnown(field, options, QUEUE_FIELDS)
      this.#queues.set(name, { settings: parseSettings(field, options), worker: parseWorkerSettings(field, options) })
    }
  }

  /** @throws InvalidError where the name is taken by another task */
  add(task: AnyTask): void {
    const known = this.#tasks.get(task.name)
    if (known !== undefined && known !== task)
      throw new InvalidError('task.name', task.name, 'a name that no other task has')
    this.#tasks.set(task.name, task)
  }

  task(name: string): AnyTask | undefined {
    return this.#tasks.get(name)
  }

  /** @throws UnknownTaskError where `strictTasks` is set */
  taskToEnqueue(name: string): AnyTask | undefined {
    const task = this.#tasks.get(name)
    if (task === undefined && this.#strict) throw new UnknownTaskError(name)
    return task
  }

  taskNames(): string[] {
    return [...this.#tasks.keys()]
  }

  /** The settings of jobs of a task in a queue, the call's first where it gave some. */
  settings(task: AnyTask | undefined, queue: string, call?: PartialSettings): Settings {
    if (call !== undefined) return mergeSettings([call, task?.settings, this.#queue(queue)?.settings, this.#top])
    const byQueue = this.#resolved.get(task ?? this) ?? new Map<string, Settings>()
    let settings = byQueue.get(queue)
    if (settings === undefined) {
      settings = mergeSettings([task?.settings, this.#queue(queue)?.settings, this.#top])
      if (byQueue.size > 1_000) byQueue.clear()
      this.#resolved.set(task ?? this, byQueue.set(queue, settings))
    }
    return settings
  }

  worker(queue: string): ParsedWorkerSettings {
    return this.#queue(queue)?.worker ?? {}
  }

  #queue(name: string): QueueEntry | undefined {
    return this.#queues.get(name) ?? this.#queues.get('default')
  }
}

/** What is stored with a job: nothing where the table's defaults hold, which everybody knows. */
export function keepToStore(keep: Keep): Keep | null {
  return isSameKeep(keep, DEFAULT_SETTINGS.keep) ? null : keep
}

export function isSameKeep(a: Keep, b: Keep): boolean {
  return a.completed === b.completed && a.failed === b.failed && a.cancelled === b.cancelled
}
