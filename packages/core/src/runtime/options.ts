import { parseWorkerSettings, type QueueOptions, type WorkerSettings } from '../model/catalog'
import { InvalidError } from '../model/errors'
import type { Logger } from '../model/logger'
import { checkInteger, checkKnown } from '../model/names'
import { type PartialSettings, parseSettings, SETTING_FIELDS, type SettingsOptions } from '../model/settings'
import type { AnyTask } from '../model/task'
import { PORT_VERSION, type Store } from '../store/port'
import type { ThreadRunner } from '../worker/threads'

/** Settings given here serve all queues and tasks that do not say otherwise. */
export interface JobsOptions extends SettingsOptions, WorkerSettings {
  readonly store: Store
  readonly tasks?: readonly AnyTask[]
  /** Settings by queue; those of `default` serve queues that are not listed. */
  readonly queues?: Readonly<Record<string, QueueOptions>>
  /** Refuses to enqueue tasks that are not known here. Default false. */
  readonly strictTasks?: boolean
  /** Bytes of JSON that one input or result may have. Default 1 MiB. */
  readonly payloadLimit?: number
  /** false: throw SchemaMissingError instead of making the schema. Default true. */
  readonly migrate?: boolean
  /** pino fits. Default: warnings and errors to the console. */
  readonly log?: Logger
  /** What runs tasks with `isolation: 'thread'`. */
  readonly threads?: ThreadRunner
}

const FIELDS = [
  ...SETTING_FIELDS,
  'store',
  'tasks',
  'queues',
  'strictTasks',
  'payloadLimit',
  'migrate',
  'log',
  'threads',
  'concurrency',
  'prefetchMin',
  'prefetchMax',
  'pollInterval',
] as const

const MIB = 1_024 * 1_024

/** @throws InvalidError */
export function parseJobsOptions(options: JobsOptions): {
  readonly top: PartialSettings
  readonly payloadLimit: number
} {
  checkKnown('createJobs', options, FIELDS)
  if (options.store?.portVersion !== PORT_VERSION) {
    throw new InvalidError(
      'createJobs.store',
      options.store?.name ?? options.store,
      `a store with port version ${PORT_VERSION}`,
    )
  }
  if (options.tasks !== undefined && !Array.isArray(options.tasks)) {
    throw new InvalidError('createJobs.tasks', options.tasks, 'a list of tasks')
  }
  parseWorkerSettings('createJobs', options)
  return {
    top: parseSettings('createJobs', options),
    payloadLimit:
      options.payloadLimit === undefined
        ? MIB
        : checkInteger('createJobs.payloadLimit', options.payloadLimit, 1, 1_024 * MIB),
  }
}
