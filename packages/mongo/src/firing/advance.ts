import type { Enqueued, Firing } from '@jobs-worker/core/store'
import type { AnyBulkWriteOperation, ClientSession } from 'mongodb'
import { valuesFor } from '../changes/folded'
import type { ScheduleDocument } from '../model/documents'
import type { Connection } from '../server/connection'

/** A firing that nobody has forestalled, and what became of its jobs. */
export interface Made {
  readonly firing: Firing
  readonly outcomes: readonly Enqueued[]
}

/** Schedules of one statement: each looks through half of them for its place. */
const MOST = 50

/** Moves schedules on that have fired, those that are still as they were taken; many of a kind in one statement. */
export async function advance(
  { run, schedules }: Connection,
  made: readonly Made[],
  session?: ClientSession,
): Promise<void> {
  if (made.length === 0) return
  const moves = alike(made).map(moveOn)
  await run(() => schedules.bulkWrite(moves, { ordered: false, ...(session && { session }) }))
}

/** Due at the same time, with as many jobs, and all of them with or without a next time. */
function alike(made: readonly Made[]): readonly (readonly Made[])[] {
  const kinds = new Map<string, Made[][]>()
  for (const one of made) {
    const { nextRunAt, jobs, next } = one.firing
    const kind = `${nextRunAt} ${jobs.length} ${next === null}`
    const portions = kinds.get(kind) ?? []
    const latest = portions.at(-1)
    if (latest !== undefined && latest.length < MOST) latest.push(one)
    else portions.push([one])
    kinds.set(kind, portions)
  }
  return [...kinds.values()].flat()
}

/** No two schedules ever have the same revision: one of these names with one of these has its own. */
function moveOn(some: readonly Made[]): AnyBulkWriteOperation<ScheduleDocument> {
  const firings = some.map(({ firing }) => firing)
  const [{ nextRunAt, next, jobs }] = firings as [Firing]
  const names = firings.map(({ name }) => name)
  const its = valuesFor(names)
  const times = its(firings.map((firing) => firing.next))
  const history = {
    lastRunAt: its(firings.map((firing) => firing.jobs.at(-1)?.time)),
    lastJob: its(some.map(({ outcomes }) => outcomes.at(-1)?.id)),
  }
  const set = {
    ...(jobs.length === 0 ? {} : history),
    ...(next === null ? {} : { look: times }),
    nextRunAt: times,
    runs: { $add: ['$runs', jobs.length] },
  }
  const gone = next === null ? ['holder', 'look'] : ['holder']
  const revisions = firings.map(({ revision }) => revision)
  const filter = { _id: { $in: names }, revision: { $in: revisions }, nextRunAt }
  return { updateMany: { filter, update: [{ $set: set }, { $unset: gone }] } }
}
