import { isFinal, type Keep } from '../../model/job'
import type { AdminVerdict } from '../port'
import { type Entry, mayHaveBegun } from './entry'
import { frozen } from './frozen'
import type { Jobs } from './jobs'

export function cancelJob(jobs: Jobs, entry: Entry, keep: Keep): AdminVerdict {
  if (entry.finishedAt !== null) return 'unchanged'
  if (mayHaveBegun(entry)) {
    entry.cancel ??= frozen(keep)
    return 'requested'
  }
  jobs.finish(entry, 'cancelled', (entry.keep ?? keep).cancelled)
  return 'done'
}

export function retryJob(jobs: Jobs, entry: Entry): AdminVerdict {
  if (!entry.state || !isFinal(entry.state)) return 'unchanged'
  if (!regainKey(jobs, entry)) return 'conflict'
  entry.finishedAt = null
  entry.result = null
  entry.postpones = 0
  if (entry.maxAttempts !== null) entry.maxAttempts = Math.max(entry.maxAttempts, entry.attempt + 1)
  jobs.place(entry, { delay: 0 })
  return 'done'
}

export function makeJobDue(jobs: Jobs, entry: Entry): AdminVerdict {
  if (entry.state !== 'scheduled') return 'unchanged'
  jobs.place(entry, { delay: 0 })
  return 'done'
}

/** Nothing is kept of a removed job, so it matters to nobody how long a cancelled one would have stayed. */
const NO_KEEP: Keep = { completed: 0, failed: 0, cancelled: 0 }

export function removeJob(jobs: Jobs, entry: Entry): AdminVerdict {
  if (!mayHaveBegun(entry)) {
    jobs.drop(entry)
    return 'done'
  }
  entry.removed = true
  entry.cancel ??= NO_KEEP
  return 'requested'
}

/** A key that was given up at the claim stays given up; a window that ended is not opened again. */
function regainKey(jobs: Jobs, entry: Entry): boolean {
  const rule = entry.unique
  if (!rule || (rule.while === 'queued' && entry.run > 0)) return true
  const holder = jobs.keys.holder(entry, rule, jobs.now())
  if (holder !== null && holder !== entry.id) return false
  if (rule.while !== 'window') jobs.keys.take(entry, rule, jobs.now())
  return true
}
