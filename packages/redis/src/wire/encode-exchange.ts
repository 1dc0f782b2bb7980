import type { ErrorRecord, Fence, Fill, Outcome, Report, Start } from '@jobs-worker/core/store'
import { encodeJobs, encodeKeep, encodeMs } from './encode-jobs'
import { idToBytes } from './ids'
import { Ids, type Packable } from './pack'

/** Messages of claimants as lib/settle.lua takes them. */

export function encodeFence({ id, run, claim }: Fence): Packable[] {
  return [idToBytes(id), run, claim]
}

/** Outcomes as lib/settle_all.lua takes them, in their order: neighbours that are alike go as one. */
export function encodeOutcomes(outcomes: readonly Outcome[], queue: string): Packable[] {
  const encoded: Packable[] = []
  let last: Outcome | null = null
  let [ids, results]: [Ids, string[]] = [new Ids(), []]
  for (const outcome of outcomes) {
    if (last === null || !alike(outcome, last)) {
      ids = new Ids()
      results = []
      encoded.push(encodeOutcome(outcome, ids, results, queue))
    }
    ids.all.push(outcome.id)
    if (outcome.kind === 'complete' && outcome.result !== null) results.push(outcome.result)
    last = outcome
  }
  return encoded
}

/** Whether nothing but the job, and the result, differs. */
function alike(a: Outcome, b: Outcome): boolean {
  return (
    isPlain(a) &&
    isPlain(b) &&
    a.claim === b.claim &&
    a.run === b.run &&
    a.keep === b.keep &&
    (a.result === null) === (b.result === null) &&
    encodeRan(a) === encodeRan(b)
  )
}

function isPlain(outcome: Outcome): outcome is Outcome & { readonly kind: 'complete' } {
  const { kind, fill, progress, meta, enqueue } = outcome
  return kind === 'complete' && (fill ?? progress ?? meta ?? enqueue) === undefined
}

function encodeOutcome(outcome: Outcome, ids: Packable, results: Packable, queue: string): Packable {
  const { run, claim, kind, progress, meta, fill, enqueue = [] } = outcome
  const time = 'keep' in outcome ? outcome.keep : 'delay' in outcome ? outcome.delay : 0
  const hasResult = kind === 'complete' && outcome.result !== null
  const next = enqueue.filter((job) => job.queue === queue)
  const fields: Packable[] = [ids, run, claim, kind, encodeRan(outcome), encodeMs(time), hasResult && results]
  fields.push(...('error' in outcome && outcome.error ? encodeError(outcome.error) : [false, false, false]))
  fields.push(progress ?? false, meta ?? false, fill ? encodeFill(fill) : false)
  fields.push(next.length > 0 ? encodeJobs(next) : false)
  while (fields.at(-1) === false) fields.pop()
  return fields
}

function encodeRan({ ranFor }: Outcome): number | false {
  return ranFor === null ? false : encodeMs(ranFor)
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
