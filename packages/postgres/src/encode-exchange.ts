import type { Fence, Fill, Outcome, Report, Start } from '@jobs-worker/core/store'
import type { Param } from './database'
import { encodeJobsAsJson, keepText, locksText } from './encode-jobs'
import { isUuid, RECORD_SEPARATOR, uuidOrNil } from './text'

type Completed = Extract<Outcome, { kind: 'complete' }>

/** Outcomes in the two ways in which they cross; the numbers tell where each stood. */
export interface SplitOutcomes {
  /** In ascending order of their ids, each there once. */
  readonly completed: readonly Completed[]
  /** Per completed one, its place among all outcomes. */
  readonly completedAt: readonly number[]
  /** They ended in the order of their ids. */
  readonly inOrder: boolean
  readonly others: readonly Outcome[]
  readonly othersAt: readonly number[]
}

export function splitOutcomes(outcomes: readonly Outcome[]): SplitOutcomes {
  const inOrder = isAscending(outcomes)
  // The first of two outcomes of one job counts, so these must not be taken apart.
  const apart = inOrder || !hasDoubles(outcomes)
  const completedAt: number[] = []
  const othersAt: number[] = []
  for (const [at, outcome] of outcomes.entries()) (apart && isPlain(outcome) ? completedAt : othersAt).push(at)
  if (!inOrder) completedAt.sort((a, b) => ((outcomes[a] as Outcome).id < (outcomes[b] as Outcome).id ? -1 : 1))
  return {
    completed: completedAt.map((at) => outcomes[at] as Completed),
    completedAt,
    inOrder,
    others: othersAt.map((at) => outcomes[at] as Outcome),
    othersAt,
  }
}

function isAscending(outcomes: readonly Outcome[]): boolean {
  for (let i = 1; i < outcomes.length; i++) {
    if ((outcomes[i - 1] as Outcome).id >= (outcomes[i] as Outcome).id) return false
  }
  return true
}

/** Completed, with nothing else to write. */
function isPlain(outcome: Outcome): outcome is Completed {
  return (
    outcome.kind === 'complete' &&
    isUuid(outcome.id) &&
    outcome.ranFor !== null &&
    outcome.fill === undefined &&
    outcome.progress === undefined &&
    outcome.meta === undefined &&
    (outcome.enqueue === undefined || outcome.enqueue.length === 0)
  )
}

function hasDoubles(outcomes: readonly Outcome[]): boolean {
  return new Set(outcomes.map((outcome) => outcome.id)).size < outcomes.length
}

/** What completed runs have in common crosses once: most of a batch are of one claim and took about the same time. */
export function completedParams({ completed, completedAt, inOrder }: SplitOutcomes): readonly Param[] {
  if (completed.length === 0) return [null, null, null, null, null, null, null, null]
  const groups = new Map<string, Group>()
  const numbers: number[] = []
  let last: Group | undefined
  for (const of of completed) {
    if (last === undefined || !isAlike(last.of, of)) {
      const key = `${of.run} ${of.claim} ${Math.round(of.ranFor as number)} ${of.keep}`
      last = groups.get(key) ?? { number: groups.size + 1, of }
      groups.set(key, last)
    }
    numbers.push(last.number)
  }
  const each = [...groups.values()].map(({ of }) => of)
  return [
    completed.map(({ id }) => id).join(','),
    inOrder ? null : completedAt.map((at) => at + 1).join(','),
    completed.some(({ result }) => result !== null)
      ? completed.map(({ result }) => result ?? '').join(RECORD_SEPARATOR)
      : '',
    groups.size === 1 ? null : numbers.join(','),
    each.map(({ run }) => run).join(','),
    each.map(({ claim }) => uuidOrNil(claim)).join(','),
    each.map(({ ranFor }) => Math.round(ranFor as number)).join(','),
    each.map(({ keep }) => Math.round(keep)).join(','),
  ]
}

interface Group {
  readonly number: number
  readonly of: Completed
}

function isAlike(a: Completed, b: Completed): boolean {
  return (
    a.run === b.run &&
    a.claim === b.claim &&
    a.keep === b.keep &&
    Math.round(a.ranFor as number) === Math.round(b.ranFor as number)
  )
}

export function othersParam(others: readonly Outcome[]): Param {
  return others.length === 0 ? null : JSON.stringify(others.map(toOther))
}

function toOther(outcome: Outcome, index: number): object {
  const { kind, run, ranFor, progress, meta, fill, enqueue } = outcome
  const error = 'error' in outcome ? outcome.error : undefined
  return {
    n: index + 1,
    kind,
    id: uuidOrNil(outcome.id),
    run,
    claim: uuidOrNil(outcome.claim),
    ran: ranFor === null ? null : Math.round(ranFor),
    progress,
    meta,
    ...(fill === undefined ? {} : fillFields(fill)),
    ...('keep' in outcome ? { stay: Math.round(outcome.keep) } : {}),
    ...('delay' in outcome ? { delay: Math.round(outcome.delay) } : {}),
    ...('result' in outcome ? { result: outcome.result } : {}),
    ...(error === undefined ? {} : { error: JSON.stringify(error), error_time: error.time }),
    ...(enqueue === undefined || enqueue.length === 0 ? {} : { jobs: encodeJobsAsJson(enqueue) }),
  }
}

function fillFields(fill: Fill): object {
  return { attempts: fill.maxAttempts, keep: keepText(fill.keep), locks: locksText(fill.locks) }
}

export function startParams(starts: readonly Start[]): readonly Param[] {
  if (starts.length === 0) return [null, null, null, null, null]
  const fills = starts.flatMap(({ fill }, at) => (fill === undefined ? [] : [{ n: at + 1, ...fillFields(fill) }]))
  return [
    ...fences(starts),
    starts.map((start) => Math.round(start.ago)).join(','),
    fills.length === 0 ? null : JSON.stringify(fills),
  ]
}

export function reportParam(reports: readonly Report[]): Param {
  if (reports.length === 0) return null
  return JSON.stringify(
    reports.map(({ id, run, claim, progress, meta }) => ({
      id: uuidOrNil(id),
      run,
      claim: uuidOrNil(claim),
      progress,
      meta,
    })),
  )
}

/** Ids, runs and claims. */
export function fences(all: readonly Fence[]): [Param, Param, Param] {
  return [
    all.map((one) => uuidOrNil(one.id)).join(','),
    all.map((one) => one.run).join(','),
    all.map((one) => uuidOrNil(one.claim)).join(','),
  ]
}
