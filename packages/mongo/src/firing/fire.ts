import { randomUUID } from 'node:crypto'
import type { Enqueued, Fired, Firing } from '@jobs-worker/core/store'
import type { ClientSession } from 'mongodb'
import type { Change } from '../changes/changes'
import { storeUnique } from '../changes/unique'
import type { Ledger } from '../counts/ledger'
import type { Queues } from '../counts/queues'
import { encodeJob } from '../model/encode-jobs'
import { type Connection, wholeBatch } from '../server/connection'
import type { Turns } from '../turns/turns'
import { advance, type Made } from './advance'

/**
 * Makes the jobs of each schedule that is still as it was taken, and then moves it on: in one transaction, so that who
 * changes or fires it at the same time comes before or after. A server that stands alone has no transactions: there a cut
 * between the two steps is healed by the next scheduler, to whom the id of a job, which follows from its due time, tells
 * that it was made.
 */
export async function fireAll(
  connection: Connection,
  queues: Queues,
  ledger: Ledger,
  turns: Turns,
  firings: readonly Firing[],
): Promise<readonly Fired[]> {
  const by = randomUUID().slice(-12)
  const { made, changes } = await connection.together(async (session) => {
    const fresh = await freshOf(connection, firings, session)
    const stored = await makeJobs(connection, ledger, fresh, by, session)
    await advance(connection, stored.made, session)
    return stored
  })
  await turns.tend(changes, by)
  const found = made.filter(({ firing, outcomes }) => outcomes.some((one, at) => wasThere(firing, one, at)))
  // Nobody knows whether who made them lived to count them.
  if (found.length > 0) queues.doubt(new Set(found.map(({ firing }) => firing.queue)))
  const byFiring = new Map(made.map((one) => [one.firing, one.outcomes]))
  return firings.map((firing) => {
    const outcomes = byFiring.get(firing)
    if (outcomes === undefined) return { stale: true }
    return { stale: false, jobs: outcomes.filter((one, at) => !wasThere(firing, one, at)) }
  })
}

/** The job of this very time was made before, by one that did not live to move on. */
function wasThere({ jobs }: Firing, { id, outcome }: Enqueued, at: number): boolean {
  return outcome === 'existing' && id === jobs[at]?.job.id
}

/** Those whose schedule is as it was taken. */
async function freshOf({ run, schedules }: Connection, firings: readonly Firing[], session?: ClientSession) {
  const names = firings.map(({ name }) => name)
  const projection = { revision: 1, nextRunAt: 1 }
  const options = { projection, ...wholeBatch(names.length), ...(session && { session }) }
  const found = await run(() => schedules.find({ _id: { $in: names } }, options).toArray())
  const there = new Map(found.map((schedule) => [schedule._id, schedule]))
  return firings.filter(({ name, revision, nextRunAt }) => {
    const schedule = there.get(name)
    return schedule?.revision === revision && schedule.nextRunAt === nextRunAt
  })
}

async function makeJobs(
  connection: Connection,
  ledger: Ledger,
  firings: readonly Firing[],
  by: string,
  session?: ClientSession,
): Promise<{ readonly made: readonly Made[]; readonly changes: readonly Change[] }> {
  const incoming = firings.flatMap(({ jobs }) => jobs.map(({ job }) => encodeJob(job, connection.clock, by)))
  const { outcomes, tallies, changes } = await storeUnique(connection, incoming, by, session)
  await ledger.note(tallies, session)
  let at = 0
  const made = firings.map((firing) => {
    at += firing.jobs.length
    return { firing, outcomes: outcomes.slice(at - firing.jobs.length, at) }
  })
  return { made, changes }
}
