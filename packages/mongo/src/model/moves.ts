import { isDeepStrictEqual } from 'node:util'
import type { Due, ErrorRecord, FinalState } from '@jobs-worker/core/store'
import type { Hold, JobDocument } from './documents'
import { lockFields } from './standing'

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

/** The same where its handler was not called: with locks, it has its turn again, before those that came later. */
export function giveBack(job: JobDocument, moment: Moment): JobDocument {
  const turn = hasOwnLocks(job) ? { joined: -moment.order(), turn: moment.now() } : {}
  return { ...restore(job), ...turn }
}

/** It runs, or is reserved and holds locks, which nobody else may have until its worker has settled it. */
export function mayHaveBegun({ state, held }: JobDocument): boolean {
  return state === 'running' || held === true
}

/** Into a worker's hands, reserved, and out of its lines; its locks are then its run's. */
export function take(job: JobDocument, hold: Hold): JobDocument {
  const locks = job.keys === undefined ? {} : { held: true as const }
  const out = without(job, 'joined', 'passed', 'turn')
  const taken: JobDocument = { ...out, state: 'reserved', run: job.run + 1, hold, ...locks }
  return job.rule?.while === 'queued' ? withoutKey(taken) : taken
}

/** Into the lines of its locks, at its own place where it had one, and out of every claim's way. */
export function block(job: JobDocument, joined: number): JobDocument {
  const place = job.joined ?? job.passed ?? joined
  return { ...without(job, 'turn', 'passed'), state: 'blocked', joined: place }
}

/** Its locks are free, and it stands first in each line: it is queued ahead of the rest. */
export function beginTurn(job: JobDocument, now: number): JobDocument {
  return { ...job, state: 'queued', rank: RECOVERED, turn: now }
}

/** No claim took it in time: it stays queued, and others go before it. */
export function passTurn(job: JobDocument): JobDocument {
  const passed = job.joined === undefined ? {} : { passed: job.joined }
  return { ...without(job, 'turn', 'joined'), ...passed }
}

/** The handler began at this instant: the attempt is charged, once. */
export function start(job: JobDocument, started: number): JobDocument {
  return job.state === 'reserved' ? { ...job, state: 'running', attempt: job.attempt + 1, started } : job
}

/** null: nothing is kept of it. */
export function finish(job: JobDocument, state: FinalState, keep: number, moment: Moment): JobDocument | null {
  if (keep <= 0 || job.removed) return null
  const { cancel: _, holds: __, ...ended } = letGo(job)
  const now = moment.now()
  return { ...ended, state, ended: now * 1_000, expires: instant(now + keep) }
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

/** Out of all hands and lines; what its run had acquired besides is not its own. */
function letGo(job: JobDocument): JobDocument {
  const free = without(job, 'hold', 'held', 'acquired', 'fences', 'joined', 'passed', 'turn')
  if (job.locks === undefined && job.keys === undefined) return free
  const own = lockFields(job.locks ?? [])
  // What stays the same is not written.
  return isDeepStrictEqual(own.keys, job.keys) ? free : { ...without(free, 'keys'), ...own }
}

/** Its run holds the locks of the job. */
function hasOwnLocks({ held, acquired, hold }: JobDocument): boolean {
  return held === true && (acquired?.some(({ id }) => id === hold?.claim) ?? true)
}

/** The job itself where it has none of them. */
function without(job: JobDocument, ...fields: readonly (keyof JobDocument)[]): JobDocument {
  if (fields.every((field) => job[field] === undefined)) return job
  const rest = { ...job }
  for (const field of fields) delete (rest as Partial<Record<keyof JobDocument, unknown>>)[field]
  return rest
}
