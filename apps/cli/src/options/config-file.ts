import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { InvalidError, type JobsOptions } from '@jobs-worker/core'
import type { JobsConfig } from '../config'
import { UsageError } from '../errors'
import { importModule } from '../tasks/import'

/** Those that `createJobs` takes as they are. */
const FOR_JOBS = [
  'priority',
  'maxAttempts',
  'retry',
  'postpone',
  'timeout',
  'keep',
  'concurrency',
  'prefetchMin',
  'prefetchMax',
  'pollInterval',
  'queues',
  'strictTasks',
  'payloadLimit',
  'migrate',
] as const

const OWN = [
  'store',
  'tasks',
  'serve',
  'pid',
  'workers',
  'threads',
  'maxJobsPerWorker',
  'deleteCompleted',
  'stopTimeout',
  'scheduler',
  'wait',
  'logLevel',
  'logFormat',
] as const

const DEFAULT_FILES = ['ts', 'mts', 'cts', 'js', 'mjs', 'cjs'].map((extension) => `jobs.config.${extension}`)

/**
 * The config file that was named, or the one in the working directory, or none.
 * @throws UsageError, InvalidError
 */
export async function loadConfig(cwd: string, named: string | undefined): Promise<JobsConfig> {
  const file = named ?? DEFAULT_FILES.find((name) => existsSync(resolve(cwd, name)))
  if (file === undefined) return {}
  const path = resolve(cwd, file)
  if (!existsSync(path)) throw new UsageError(`--config: there is no file ${JSON.stringify(file)}`)
  return check(file, (await importModule(path)).default)
}

/** The part of it that is for `createJobs`. */
export function jobsOptions(config: JobsConfig): Omit<JobsOptions, 'store' | 'tasks'> {
  return Object.fromEntries(FOR_JOBS.flatMap((name) => (config[name] === undefined ? [] : [[name, config[name]]])))
}

function check(file: string, config: unknown): JobsConfig {
  if (typeof config !== 'object' || config === null || Array.isArray(config)) {
    throw new InvalidError(file, config, 'a default export that is an object of settings')
  }
  const known: readonly string[] = [...FOR_JOBS, ...OWN]
  for (const [name, value] of Object.entries(config)) {
    if (!known.includes(name)) throw new InvalidError(`${file}: ${name}`, value, `one of ${known.join(', ')}`)
  }
  return config as JobsConfig
}
