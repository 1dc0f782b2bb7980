import type { Enqueued, NewJob, UniqueRule } from '../port'
import { mayHaveBegun, newEntry } from './entry'
import { frozen } from './frozen'
import type { Jobs } from './jobs'

const WAITING: ReadonlySet<string | null> = new Set(['queued', 'scheduled', 'blocked'])

export function enqueueJob(jobs: Jobs, job: NewJob): Enqueued {
  if (jobs.all.has(job.id)) return { id: job.id, outcome: 'existing' }
  return (job.unique && collide(jobs, job, job.unique)) ?? create(jobs, job)
}

function create(jobs: Jobs, job: NewJob): Enqueued {
  const now = jobs.now()
  const entry = newEntry(job, now)
  jobs.all.set(entry.id, entry)
  if (entry.unique) jobs.keys.take(entry, entry.unique, now)
  jobs.place(entry, job.due)
  return { id: job.id, outcome: 'created' }
}

/** What the holder of the key makes of the newcomer; null: nobody has the key, or it moves to the new job. */
function collide(jobs: Jobs, job: NewJob, rule: UniqueRule): Enqueued | null {
  const id = jobs.keys.holder(job, rule, jobs.now())
  if (id === null) return null
  if (rule.onConflict === 'return') return { id, outcome: 'existing' }
  if (rule.onConflict === 'throw') return { id, outcome: 'conflict' }
  const holder = jobs.find(id)
  if (!holder || !WAITING.has(holder.state) || mayHaveBegun(holder)) return null
  holder.input = job.input
  holder.locks = frozen(job.locks)
  jobs.place(holder, job.due)
  return { id, outcome: 'replaced' }
}
