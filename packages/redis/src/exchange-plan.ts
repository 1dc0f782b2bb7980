import type { Exchange, NewJob, Outcome, Report, Start } from '@jobs-worker/core/store'
import type { Queues } from './queues'

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

/** All in one step, unless outcomes bring jobs for other queues: then the order between queues matters. */
export async function planExchange(queues: Queues, { settle, start, report }: Exchange): Promise<ExchangePlan> {
  const settles = await queues.group(settle)
  const others = await writesOf(queues, start, report)
  if (!crosses(settles)) return [{ part: 's', writes: withOutcomes(others, settles), crossing: [] }]
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
  return [...steps, { part: 's', writes: others, crossing: [] }]
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
