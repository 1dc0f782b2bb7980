import type { ErrorRecord, Fence, Fill, NewJob, Outcome, Report, Start } from '@jobs-worker/core/store'
import { encodeJobs, encodeKeep, encodeMs } from './encode-jobs'
import { idToBytes } from './ids'
import type { Packable } from './pack'

/** Messages of claimants as lib/settle.lua takes them. */

export function encodeFence({ id, run, claim }: Fence): Packable[] {
  return [idToBytes(id), run, claim]
}

/** @param next the jobs of the same queue that are to be enqueued in the same step */
export function encodeOutcome(outcome: Outcome, next: readonly NewJob[]): Packable {
  const ran = outcome.ranFor === null ? false : encodeMs(outcome.ranFor)
  const time = 'keep' in outcome ? outcome.keep : 'delay' in outcome ? outcome.delay : 0
  const result = outcome.kind === 'complete' ? (outcome.result ?? false) : false
  const fields: Packable[] = [...encodeFence(outcome), outcome.kind, ran, encodeMs(time), result]
  fields.push(...('error' in outcome && outcome.error ? encodeError(outcome.error) : [false, false, false]))
  fields.push(outcome.progress ?? false, outcome.meta ?? false)
  fields.push(outcome.fill ? encodeFill(outcome.fill) : false)
  fields.push(next.length > 0 ? encodeJobs(next) : false)
  while (fields.at(-1) === false) fields.pop()
  return fields
}

export function encodeStart(start: Start): Packable {
  return [...encodeFence(start), encodeMs(start.ago), start.fill ? encodeFill(start.fill) : false]
}

export function encodeReport(report: Report): Packable {
  return [...encodeFence(report), report.progress ?? false, report.meta ?? false]
}

/** Its text, time and attempt: the store may set the last two. */
export function encodeError({ attempt, time, ...rest }: ErrorRecord): [string, number, number] {
  return [JSON.stringify(rest), Math.round(time), attempt]
}

function encodeFill({ maxAttempts, keep, locks }: Fill): Packable {
  return [maxAttempts, keep === null ? false : encodeKeep(keep), locks.length === 0 ? false : JSON.stringify(locks)]
}
