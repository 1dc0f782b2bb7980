import { REMEMBERED, type Tally } from '../model/documents'
import type { Connection } from '../server/connection'
import type { Ledger } from './ledger'
import type { Queues } from './queues'

/** A change is counted at the latest so many ms after it was made, if ever. */
const SETTLED = 2_000

/**
 * Counts the jobs of queues whose counts may be wrong, by their indexes, and puts them right. Only while nothing changes in
 * them: until then it is for the next round.
 */
export async function audit(connection: Connection, queues: Queues, ledger: Ledger): Promise<void> {
  await queues.confirm()
  for (const { _id: queue, suspect } of await queues.all()) {
    if (!suspect || !(await isQuiet(connection, queue))) continue
    const before = (await ledger.read()).of(queue)
    const counted = await count(connection, queue)
    const after = (await ledger.read()).of(queue)
    if (JSON.stringify(before) !== JSON.stringify(after) || !(await isQuiet(connection, queue))) continue
    await ledger.note([difference(counted, { queue, ...after })])
    await queues.cleared(queue)
  }
}

/** Nothing was counted in it lately. */
async function isQuiet({ run, entries, clock }: Connection, queue: string): Promise<boolean> {
  const lately = {
    forget: { $exists: true, $gt: new Date(clock.now() + REMEMBERED - SETTLED) },
    'tallies.queue': queue,
  }
  return (await run(() => entries.findOne(lately, { projection: { _id: 1 } }))) === null
}

async function count({ run, jobs }: Connection, queue: string): Promise<Tally> {
  const of = (filter: object) => run(() => jobs.countDocuments(filter))
  const ended = (state: string) => of({ queue, state, ended: { $exists: true } })
  return {
    queue,
    ready: (await of({ queue, state: 'queued' })) + (await of({ 'hold.instance': { $exists: true }, queue })),
    blocked: await of({ queue, state: 'blocked' }),
    scheduled: await of({ queue, state: 'scheduled' }),
    completed: await ended('completed'),
    failed: await ended('failed'),
    cancelled: await ended('cancelled'),
  }
}

function difference(is: Tally, was: Tally): Tally {
  return {
    queue: is.queue,
    ready: is.ready - was.ready,
    blocked: is.blocked - was.blocked,
    scheduled: is.scheduled - was.scheduled,
    completed: is.completed - was.completed,
    failed: is.failed - was.failed,
    cancelled: is.cancelled - was.cancelled,
  }
}
