import { createJobs, type Jobs, type Logger, type Worker } from '@jobs-worker/core'
import { UsageError } from '../errors'
import { jobsOptions } from '../options/config-file'
import { connecting } from '../store/connect'
import { loadTasks } from '../tasks/load'
import type { WorkerSpec } from './plan'
import type { WorkSettings } from './settings'
import { ABORT, DRAIN, type Stop } from './stop'
import { threadsFor } from './threads'

/** How a worker came to its end: told to, after its `maxJobs`, or by itself because it could not go on. */
export type Ending = 'told' | 'exhausted' | 'failed'

export interface HereOptions {
  readonly stop: Stop
  readonly log: Logger
  /** Another worker takes the place of one that has run its `maxJobs`; else that is the end, and the process is replaced. */
  readonly replace: boolean
  readonly onStarted?: () => void
}

/** Runs workers in this process until they end. */
export async function workHere(
  settings: WorkSettings,
  specs: readonly WorkerSpec[],
  options: HereOptions,
): Promise<Ending> {
  const jobs = await prepare(settings, options.log)
  try {
    const endings = await Promise.all(specs.map((spec) => runPlace(jobs, spec, settings, options)))
    return endings.find((ending) => ending !== 'told') ?? 'told'
  } finally {
    await jobs.close()
  }
}

async function prepare({ cwd, files, config, store, threads }: WorkSettings, log: Logger): Promise<Jobs> {
  const tasks = await loadTasks(cwd, files)
  if (tasks.length === 0) throw new UsageError(`no tasks: none of the ${files.length} modules found exports one`)
  const runner = await threadsFor(tasks, threads, cwd)
  return createJobs({
    ...jobsOptions(config),
    store: await store.create(),
    tasks,
    log,
    ...(runner === undefined ? {} : { threads: runner }),
  })
}

async function runPlace(jobs: Jobs, spec: WorkerSpec, settings: WorkSettings, options: HereOptions): Promise<Ending> {
  for (;;) {
    const ending = await runWorker(jobs, jobs.worker(spec), settings, options)
    if (ending === 'failed') options.stop.raise(DRAIN)
    if (ending !== 'exhausted' || !options.replace) return ending
  }
}

async function runWorker(jobs: Jobs, worker: Worker, settings: WorkSettings, options: HereOptions): Promise<Ending> {
  const { stop, log, onStarted } = options
  const connected = await connecting(() => jobs.open().then(() => worker.start()), {
    label: settings.store.label,
    log,
    wait: settings.wait,
    signal: stop.draining,
  })
  if (!connected) return 'told'
  onStarted?.()
  const ended = worker.stopped()
  const obey = (level: number) => {
    if (level > 0) void worker.stop(level >= ABORT ? { timeout: 0 } : {})
  }
  const off = stop.onRaise(obey)
  obey(stop.level)
  await ended
  off()
  if (worker.isExhausted) return 'exhausted'
  return stop.level > 0 ? 'told' : 'failed'
}
