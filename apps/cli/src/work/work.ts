import type { Io } from '../io'
import { workHere } from './here'
import { openLog } from './log'
import { type Assignment, forkWorker } from './process'
import { readWork } from './settings'
import { onShellGone } from './shell'
import { DRAIN, EXIT_NOW, Stop } from './stop'
import { supervise } from './supervisor'

/** Runs the workers in this process where there is one, else each in a process of its own. Answers the exit code. */
export async function work(io: Io, flags: Readonly<Record<string, unknown>>): Promise<number> {
  const settings = await readWork(io, flags)
  const { workers, store } = settings
  const { log, flush, end } = openLog(settings.logLevel, settings.logFormat)
  const stop = new Stop()
  stop.onSignals('SIGINT', 'SIGTERM')
  onShellGone(io.env, () => stop.raise(DRAIN))
  stop.onRaise((level) => {
    if (level < EXIT_NOW) return
    flush()
    process.exit(1)
  })
  try {
    const replaced = workers.some((spec) => spec.maxJobs !== undefined)
    if (store.processes === 'one' || (workers.length === 1 && !replaced)) {
      const ending = await workHere(settings, workers, { stop, log, replace: true })
      return ending === 'failed' ? 1 : 0
    }
    const assignments = workers.map((spec): Assignment => ({ flags, spec }))
    return await supervise(assignments, { stop, log, fork: forkWorker })
  } finally {
    await end()
  }
}
