import type { Due, ErrorRecord, FinalState } from '@jobs-worker/core/store'
import type { Hold, JobDocument } from './documents'

/** The rank of a recovered job: before every priority. */
export const RECOVERED = -32_769

/** Errors kept per job: the first, and the latest of the others. */
const MAX_ERRORS = 50

/** When a move is made: the server's time, and the next place in its order. */
export interface Moment {
  now(): number
  order(): number
}

/** Into its line when it is due, else to wait for its time. */
export function place(job: JobDocument, due: Due, moment: Moment): JobDocument {
  const now = moment.now()
  const at = 'at' in due ? due.at : now + due.delay
  const state = at <= now ? 'queued' : 'scheduled'
  return { ...letGo(job), state, due: at, rank: job.priority, order: moment.order() }
}

/** A scheduled job joins its line. */
export function promote(job: JobDocument, moment: Moment): JobDocument {
  return { ...job, state: 'queued', order: moment.order() }
}

/** Back to its own place. */
export function restore(job: JobDocument, rank = job.rank): JobDocument {
  return { ...letGo(job), state: 'queued', rank }
}

/** Into a worker's hands, reserved. */
export function take(job: JobDocument, hold: Hold): JobDocument {
  const taken: JobDocument = { ...job, state: 'reserved', run: job.run + 1, hold }
  return job.rule?.while === 'queued' ? withoutKey(taken) : taken
}

/** The handler began at this instant: the attempt is charged, once. */
export function start(job: JobDocument, started: number): JobDocument {
  return job.state === 'reserved' ? { ...job, state: 'running', attempt: job.attempt + 1, started } : job
}

/** null: nothing is kept of it. */
export function finish(job: JobDocument, state: FinalState, keep: number, moment: Moment): JobDocument | null {
  if (keep <= 0 || job.removed) return null
  const { cancel: _, ...ended } = withoutKey(letGo(job))
  const order = moment.order()
  return { ...ended, state, ended: order, expires: instant(Math.floor(order / 1_000) + keep) }
}

/** A Date, which cannot be as late as a number. */
export function instant(ms: number): Date {
  return new Date(Math.min(ms, 8.64e15))
}

/** A finished job that is to run again. */
export function revive(job: JobDocument, moment: Moment): JobDocument {
  const { ended: _, expires: __, result: ___, postpones: ____, ...alive } = job
  const max = alive.max === undefined ? {} : { max: Math.max(alive.max, alive.attempt + 1) }
  return place({ ...alive, ...max }, { delay: 0 }, moment)
}

export function withoutKey(job: JobDocument): JobDocument {
  const { holds: _, ...rest } = job
  return rest
}

export function addError(job: JobDocument, error: ErrorRecord, now: number): JobDocument {
  const stamped = error.time === 0 ? { ...error, time: now } : error
  const errors = [...(job.errors ?? []), JSON.stringify(stamped)]
  if (errors.length > MAX_ERRORS) errors.splice(1, 1)
  return { ...job, errors }
}

function letGo(job: JobDocument): JobDocument {
  const { hold: _, ...rest } = job
  return rest
}
