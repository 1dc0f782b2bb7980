import type { JobsConfig } from '../config'
import { UsageError } from '../errors'
import type { Io } from '../io'
import { readSources } from '../options/command'
import { readOptions } from '../options/sources'
import { WORK_OPTIONS } from '../options/table'
import { chooseStore, type StoreChoice } from '../store/choice'
import { findTaskFiles, type TaskFile } from '../tasks/files'
import { planWorkers, type WorkerSpec } from './plan'

/** All that `work` was told, checked. */
export interface WorkSettings {
  readonly cwd: string
  readonly store: StoreChoice
  readonly config: JobsConfig
  readonly files: readonly TaskFile[]
  readonly workers: readonly WorkerSpec[]
  readonly threads: number | undefined
  readonly wait: boolean
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error'
  readonly logFormat: 'text' | 'json'
}

/** @throws UsageError, InvalidError */
export async function readWork(io: Io, flags: Readonly<Record<string, unknown>>): Promise<WorkSettings> {
  const sources = await readSources(io, flags)
  const options = readOptions(WORK_OPTIONS, sources)
  const store = chooseStore(sources, io.cwd)
  const files = await findTaskFiles(io.cwd, options.tasks)
  if (files.length === 0) {
    throw new UsageError('no tasks: give --tasks FILE, DIR or GLOB, or make jobs.tasks.ts or a folder tasks/')
  }
  return {
    cwd: io.cwd,
    store,
    config: sources.config,
    files,
    workers: planWorkers(options, sources.config, store),
    threads: options.threads,
    wait: options.wait ?? true,
    logLevel: options.logLevel ?? 'info',
    logFormat: options.logFormat ?? 'text',
  }
}
