import type { Duration, QueueOptions, SettingsOptions, Store, WorkerSettings } from '@jobs-worker/core'

/** What `jobs.config.ts` may export as its default. Flags and JOBS_ variables beat it. */
export interface JobsConfig extends SettingsOptions, WorkerSettings {
  /** A URL as `--store` takes it, or a store made by hand. */
  readonly store?: string | Store
  /** Modules that export tasks: files, folders, globs, from the working directory. */
  readonly tasks?: string | readonly string[]
  /** Settings by queue; a queue that names `workers` gets processes of its own. */
  readonly queues?: Readonly<Record<string, QueueOptions>>
  /** Queues to serve. Default: ['default']. */
  readonly serve?: readonly string[]
  readonly pid?: string
  /** Processes. Default 1. */
  readonly workers?: number
  /** Threads for tasks isolated in one. Default: cores. */
  readonly threads?: number
  /** A process is replaced after so many jobs. Default: never. */
  readonly maxJobsPerWorker?: number
  /** Keeps no successful jobs. Default false. */
  readonly deleteCompleted?: boolean
  /** What still runs so long after the first signal is aborted. Default: none, waits. */
  readonly stopTimeout?: Duration
  /** false: workers start no scheduler. Default true. */
  readonly scheduler?: boolean
  /** Whether to wait for a store that is not reachable at start. Default true. */
  readonly wait?: boolean
  readonly logLevel?: 'debug' | 'info' | 'warn' | 'error'
  readonly logFormat?: 'text' | 'json'
  /** Refuses to enqueue tasks that are not known. Default false. */
  readonly strictTasks?: boolean
  /** Bytes of JSON that one input or result may have. Default 1 MiB. */
  readonly payloadLimit?: number
  /** false: never make the schema, `jobs-worker migrate` does. Default true. */
  readonly migrate?: boolean
}

/** Gives the config its types. */
export function defineConfig(config: JobsConfig): JobsConfig {
  return config
}
