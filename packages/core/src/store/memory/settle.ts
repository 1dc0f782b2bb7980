import type { Fence, Fill, Outcome, Report, Start } from '../port'
import { enqueueJob } from './enqueue'
import { addError, type Entry } from './entry'
import { frozen } from './frozen'
import type { Jobs } from './jobs'

/** The job, where the fence is right: this run, in this claim's hands. */
export function fenced(jobs: Jobs, fence: Fence): Entry | undefined {
  const entry = jobs.all.get(fence.id)
  return entry?.run === fence.run && entry.hold?.claim === fence.claim ? entry : undefined
}

export function start(jobs: Jobs, begun: Start): boolean {
  const entry = fenced(jobs, begun)
  if (!entry) return false
  if (begun.fill) fillIn(entry, begun.fill)
  jobs.start(entry, begun.ago)
  return true
}

export function report(jobs: Jobs, news: Report): boolean {
  const entry = fenced(jobs, news)
  if (!entry) return false
  note(entry, news)
  return true
}

/** Ends a run; false where the fence is wrong. */
export function settle(jobs: Jobs, outcome: Outcome): boolean {
  const entry = fenced(jobs, outcome)
  if (!entry) return false
  if (outcome.fill) fillIn(entry, outcome.fill)
  if (outcome.ranFor !== null) jobs.start(entry, outcome.ranFor)
  note(entry, outcome)
  if ('error' in outcome && outcome.error) addError(entry, stamped(outcome.error, jobs.now()))
  end(jobs, entry, outcome)
  for (const job of outcome.enqueue ?? []) enqueueJob(jobs, job)
  return true
}

function end(jobs: Jobs, entry: Entry, outcome: Outcome): void {
  switch (outcome.kind) {
    case 'complete':
      entry.result = outcome.result
      jobs.finish(entry, 'completed', outcome.keep)
      break
    case 'fail':
      jobs.finish(entry, 'failed', outcome.keep)
      break
    case 'cancel':
      jobs.finish(entry, 'cancelled', outcome.keep)
      break
    default:
      goOn(jobs, entry, outcome)
  }
}

/** The job would run again; a cancel that its worker had not heard of ends it here. */
function goOn(jobs: Jobs, entry: Entry, outcome: Outcome & { kind: 'retry' | 'postpone' | 'release' }): void {
  if (outcome.kind !== 'retry' && entry.hold?.started) entry.attempt -= 1
  if (outcome.kind === 'postpone') entry.postpones += 1
  if (entry.cancel) jobs.finish(entry, 'cancelled', (entry.keep ?? entry.cancel).cancelled)
  else if (outcome.kind === 'release') jobs.restore(entry, { unrun: outcome.ranFor === null })
  else jobs.place(entry, { delay: outcome.delay })
}

/** What the enqueuer could not know; what is set stays. */
function fillIn(entry: Entry, fill: Fill): void {
  entry.maxAttempts ??= fill.maxAttempts
  entry.keep ??= frozen(fill.keep)
  if (entry.locks.length === 0) entry.locks = frozen(fill.locks)
}

function note(entry: Entry, news: { readonly progress?: string; readonly meta?: string }): void {
  entry.progress = news.progress ?? entry.progress
  entry.meta = news.meta ?? entry.meta
}

function stamped<E extends { readonly time: number }>(error: E, now: number): E {
  return error.time === 0 ? { ...error, time: now } : error
}
