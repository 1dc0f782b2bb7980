import type { RecoverOptions } from '../port'
import { addError, type Entry } from './entry'
import { type Jobs, RECOVERED } from './jobs'

/** Takes a job out of the hands of a worker that is gone. */
export function recoverJob(jobs: Jobs, entry: Entry, options: RecoverOptions): void {
  if (entry.hold?.started) interrupt(jobs, entry, options)
  else if (entry.cancel) jobs.finish(entry, 'cancelled', (entry.keep ?? options.keep).cancelled)
  else jobs.restore(entry, { unrun: true })
}

function interrupt(jobs: Jobs, entry: Entry, options: RecoverOptions): void {
  const keep = entry.keep ?? options.keep
  addError(entry, { ...options.error, attempt: entry.attempt, time: jobs.now() })
  if (entry.cancel) jobs.finish(entry, 'cancelled', keep.cancelled)
  else if (entry.maxAttempts !== null && entry.attempt >= entry.maxAttempts) jobs.finish(entry, 'failed', keep.failed)
  else jobs.restore(entry, { rank: RECOVERED })
}
