import type { Exchange, NewJob, Outcome, Report, Start } from '@jobs-worker/core/store'
import type { Queues } from './queues'
import { STEP } from './step'

type Placed<T> = readonly (readonly [item: T, place: number])[]

/** What claimants write in one queue; the places are those in the exchange. */
export interface Writes {
  readonly settle: Placed<Outcome>
  readonly start: Placed<Start>
  readonly report: Placed<Report>
}

/** What an exchange writes, queue by queue, in steps that follow one another; those of one step go at once. */
export type ExchangePlan = readonly PlannedStep[]

export interface PlannedStep {
  /** Tells the steps of one request apart. */
  readonly part: string
  readonly writes: ReadonlyMap<string, Writes>
  /** Jobs that the step's outcome brings for other queues than its own. */
  readonly crossing: readonly NewJob[]
}

export const NO_WRITES: Writes = { settle: [], start: [], report: [] }

/**
 * All in one step where it is not too much for one script, unless outcomes bring jobs for other queues: then the order
 * between queues matters.
 */
export async function planExchange(queues: Queues, { settle, start, report }: Exchange): Promise<ExchangePlan> {
  const settles = await queues.group(settle)
  const others = await writesOf(queues, start, report)
  if (!crosses(settles)) return divided(withOutcomes(others, settles))
  const steps: PlannedStep[] = settle.map((_, place) => {
    const own = new Map<string, Placed<Outcome>>()
    let crossing: readonly NewJob[] = []
    for (const [queue, group] of settles) {
      const here = group.filter(([, at]) => at === place)
      if (here.length === 0) continue
      own.set(queue, here)
      crossing = elsewhere(here[0]?.[0], queue)
    }
    return { part: `s${place}.`, writes: withOutcomes(new Map(), own), crossing }
  })
  return [...steps, ...divided(others)]
}

/** In steps of one script for each queue. */
function divided(writes: ReadonlyMap<string, Writes>): PlannedStep[] {
  const count = Math.max(1, ...[...writes.values()].map((one) => Math.ceil(sizeOf(one) / STEP)))
  return Array.from({ length: count }, (_, n) => {
    const all = [...writes].map(([queue, one]) => [queue, slice(one, n * STEP, (n + 1) * STEP)] as const)
    const some = new Map(all.filter(([, one]) => sizeOf(one) > 0))
    return { part: n === count - 1 ? 's' : `d${n}.`, writes: some, crossing: [] }
  })
}

/** Part of what is written, in the order in which it happens. */
function slice({ settle, start, report }: Writes, from: number, to: number): Writes {
  const cut = <T>(items: Placed<T>, before: number) => items.slice(Math.max(0, from - before), Math.max(0, to - before))
  return { settle: cut(settle, 0), start: cut(start, settle.length), report: cut(report, settle.length + start.length) }
}

function sizeOf({ settle, start, report }: Writes): number {
  return settle.length + start.length + report.length
}

function crosses(settles: ReadonlyMap<string, Placed<Outcome>>): boolean {
  for (const [queue, group] of settles) if (group.some(([outcome]) => elsewhere(outcome, queue).length > 0)) return true
  return false
}

function elsewhere(outcome: Outcome | undefined, queue: string): readonly NewJob[] {
  return outcome?.enqueue?.filter((job) => job.queue !== queue) ?? []
}

async function writesOf(queues: Queues, start: readonly Start[], report: readonly Report[]) {
  const writes = new Map<string, Writes>()
  for (const [queue, group] of await queues.group(start)) writes.set(queue, { ...NO_WRITES, start: group })
  for (const [queue, group] of await queues.group(report)) {
    writes.set(queue, { ...(writes.get(queue) ?? NO_WRITES), report: group })
  }
  return writes
}

function withOutcomes(
  writes: ReadonlyMap<string, Writes>,
  outcomes: ReadonlyMap<string, Placed<Outcome>>,
): ReadonlyMap<string, Writes> {
  const all = new Map(writes)
  for (const [queue, settle] of outcomes) all.set(queue, { ...(all.get(queue) ?? NO_WRITES), settle })
  return all
}
