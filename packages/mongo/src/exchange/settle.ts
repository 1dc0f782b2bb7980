import type { Exchange, Fence, Fill, Outcome } from '@jobs-worker/core/store'
import type { Change } from '../changes/changes'
import type { JobDocument, Verdicts } from '../model/documents'
import { encodeJob, type Incoming } from '../model/encode-jobs'
import { addError, finish, giveBack, type Moment, place, restore, start } from '../model/moves'

/** What a worker tells. */
export type Told = Pick<Exchange, 'settle' | 'start' | 'report'>

/** What it comes to, if the jobs are as they were read. */
export interface Settlement {
  readonly verdicts: Verdicts
  readonly changes: readonly Change[]
  /** Jobs to enqueue in the same step. */
  readonly next: readonly Incoming[]
}

/**
 * Thinks out what a worker tells, in its order, on jobs as they were read; those that were not found are no more.
 * @param by the request's name
 * @param known verdicts that were given before: a job settled by this same request
 */
export function settleAll(
  told: Told,
  found: readonly JobDocument[],
  clock: Moment,
  by: string,
  known: Known,
): Settlement {
  // One instant for all: what ends alike is then written alike, at once.
  const now = clock.now()
  const moment: Moment = { now: () => now, order: () => clock.order() }
  const jobs = new Map<string, JobDocument | null>(found.map((job) => [job._id, job]))
  const next: Incoming[] = []
  const turn = <T extends Fence>(fence: T, move: (job: JobDocument, fence: T) => JobDocument | null) => {
    const job = jobs.get(fence.id)
    if (!job || job.run !== fence.run || job.hold?.claim !== fence.claim) return known(fence)
    jobs.set(fence.id, move(job, fence))
    return true
  }
  const settled = told.settle.map((outcome) => {
    const accepted = turn(outcome, (job) => settle(job, outcome, moment))
    if (accepted) next.push(...(outcome.enqueue ?? []).map((job) => encodeJob(job, moment, by)))
    return accepted
  })
  const started = told.start.map((begun) =>
    turn(begun, (job) => start(fillIn(job, begun.fill), Math.floor(now - begun.ago))),
  )
  const reported = told.report.map((report) => turn(report, (job) => note(job, report)))
  const changes = found.flatMap((before): Change[] => {
    const after = jobs.get(before._id) ?? null
    return after === before ? [] : [{ before, after }]
  })
  return { verdicts: { settled, started, reported }, changes, next }
}

/** Whether a fence that is wrong now was right when this request was made for the first time. */
export type Known = (fence: Fence) => boolean

/**
 * What is told, cut behind each outcome that enqueues a job with a unique key: whether it gets its key depends on what was
 * settled before, and on nothing that comes after.
 */
export function partsOf({ settle: outcomes, start: starts, report: reports }: Told): readonly Told[] {
  const parts: Told[] = []
  let from = 0
  for (const [at, { enqueue = [] }] of outcomes.entries()) {
    if (!enqueue.some(({ unique }) => unique !== null)) continue
    parts.push({ settle: outcomes.slice(from, at + 1), start: [], report: [] })
    from = at + 1
  }
  return [...parts, { settle: outcomes.slice(from), start: starts, report: reports }]
}

/** Fences of what is told. */
export function fencesOf({ settle: outcomes, start: starts, report: reports }: Told): readonly Fence[] {
  return [...outcomes, ...starts, ...reports]
}

/** A job after the end of a run; null: nothing is kept of it. */
function settle(job: JobDocument, outcome: Outcome, moment: Moment): JobDocument | null {
  const now = moment.now()
  const filled = fillIn(job, outcome.fill)
  const begun = outcome.ranFor === null ? filled : start(filled, Math.floor(now - outcome.ranFor))
  const noted = note(begun, outcome)
  const told = 'error' in outcome && outcome.error ? addError(noted, outcome.error, now) : noted
  switch (outcome.kind) {
    case 'complete': {
      const { result } = outcome
      return finish(result === null ? told : { ...told, result }, 'completed', outcome.keep, moment)
    }
    case 'fail':
      return finish(told, 'failed', outcome.keep, moment)
    case 'cancel':
      return finish(told, 'cancelled', outcome.keep, moment)
    default:
      return goOn(told, outcome, moment)
  }
}

/** The job would run again; a cancel that its worker had not heard of ends it here. */
function goOn(job: JobDocument, outcome: Outcome & { kind: 'retry' | 'postpone' | 'release' }, moment: Moment) {
  const charged = outcome.kind === 'retry' || job.state !== 'running' ? job : { ...job, attempt: job.attempt - 1 }
  const counted = outcome.kind === 'postpone' ? { ...charged, postpones: (job.postpones ?? 0) + 1 } : charged
  if (job.cancel) return finish(counted, 'cancelled', (job.keep ?? job.cancel).cancelled, moment)
  if (outcome.kind !== 'release') return place(counted, { delay: outcome.delay }, moment)
  return outcome.ranFor === null ? giveBack(counted, moment) : restore(counted)
}

/** What the enqueuer could not know; what is set stays. */
function fillIn(job: JobDocument, fill: Fill | undefined): JobDocument {
  if (fill === undefined) return job
  return {
    ...job,
    ...(job.max === undefined ? { max: fill.maxAttempts } : {}),
    ...(job.keep === undefined && fill.keep !== null ? { keep: fill.keep } : {}),
    ...(job.locks === undefined && fill.locks.length > 0 ? { locks: fill.locks } : {}),
  }
}

function note(
  job: JobDocument,
  { progress, meta }: { readonly progress?: string; readonly meta?: string },
): JobDocument {
  if (progress === undefined && meta === undefined) return job
  return { ...job, ...(progress === undefined ? {} : { progress }), ...(meta === undefined ? {} : { meta }) }
}
