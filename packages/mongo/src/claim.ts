import type { Claim, ClaimedJob } from '@jobs-worker/core/store'
import { apply, type Change } from './changes'
import type { Connection } from './connection'
import { toClaimed } from './decode-job'
import type { Hold, JobDocument, QueueDocument, WorkerDocument } from './documents'
import { RECOVERED, start, take } from './moves'

/** Where others took all that was found, it is looked again so often at most. */
const MOST_ROUNDS = 4

/** The jobs that are first in each lane. */
export type Line = readonly JobDocument[]

export interface Claimed {
  readonly jobs: readonly ClaimedJob[]
  readonly more: boolean
}

/**
 * Takes the next jobs of each queue in turn: those that are first in its lanes, in order, as they were read. What others
 * change or take meanwhile stays theirs.
 */
export async function claimJobs(
  connection: Connection,
  claim: Claim,
  worker: WorkerDocument,
  queues: ReadonlyMap<string, QueueDocument>,
  by: string,
): Promise<Claimed> {
  const hold: Hold = { instance: worker._id, claim: claim.id, worker: worker.id }
  for (let round = 1; ; round++) {
    const lines = await readLines(connection, claim, queues)
    const { changes, more } = choose(claim, lines, hold, connection.clock.now())
    const made = await apply(connection, changes, by)
    const lost = changes.length - made.length
    if (made.length > 0 || lost === 0 || round === MOST_ROUNDS) {
      return { jobs: made.map(({ after }) => toClaimed(after as JobDocument)), more: more || lost > 0 }
    }
  }
}

/** Those of a claim's jobs that are in its hands, as they are now, in claim order. */
export async function inHand(
  { run, jobs }: Connection,
  instance: string,
  claim: Claim,
): Promise<readonly ClaimedJob[]> {
  const filter = { 'hold.instance': instance, 'hold.claim': claim.id }
  const found = await run(() => jobs.find(filter).toArray())
  const place = (job: JobDocument) => claim.queues.findIndex(({ name }) => name === job.queue)
  return found.sort((a, b) => place(a) - place(b) || a.rank - b.rank || a.order - b.order).map(toClaimed)
}

/** Each queue's line, as far as this claim could reach: one query for each lane, each walks its index in order. */
async function readLines(
  connection: Connection,
  claim: Claim,
  queues: ReadonlyMap<string, QueueDocument>,
): Promise<ReadonlyMap<string, Line>> {
  const wanted = new Set(claim.lanes)
  const lines = claim.queues.map(async ({ name, limit }): Promise<readonly [string, Line]> => {
    const queue = queues.get(name)
    if (queue === undefined || queue.paused) return [name, []]
    const lanes = (queue.lanes ?? []).filter((lane) => wanted.has(lane))
    const most = Math.min(limit, claim.start + claim.reserve)
    const heads = most <= 0 ? [] : await Promise.all(lanes.map((lane) => readLane(connection, name, lane, most, claim)))
    return [name, heads.length === 1 ? (heads[0] as Line) : heads.flat().sort(inLine)]
  })
  return new Map(await Promise.all(lines))
}

/** Stops where the claim would: inputs may be large. */
async function readLane(
  connection: Connection,
  queue: string,
  lane: string,
  most: number,
  { maxBytes }: Claim,
): Promise<Line> {
  return connection.run(async () => {
    const cursor = connection.jobs
      .find({ queue, lane, state: 'queued' }, { batchSize: most })
      .sort({ rank: 1, order: 1 })
      .limit(most)
    const line: JobDocument[] = []
    let room = maxBytes
    for await (const job of cursor) {
      line.push(job)
      // One more than fits shows that there is more.
      if (room < 0) break
      room -= bytesOf(job)
    }
    return line
  })
}

/** What the claim takes of these lines, if nobody is quicker. */
function choose(claim: Claim, lines: ReadonlyMap<string, Line>, hold: Hold, now: number) {
  const changes: Change[] = []
  let room = claim.maxBytes
  let heldBack = false
  for (const { name, limit } of claim.queues) {
    for (const before of (lines.get(name) ?? []).slice(0, limit)) {
      const started = changes.length < claim.start
      if (changes.length === claim.start + claim.reserve) break
      if (!started && !mayBeReserved(before)) {
        heldBack = true
        break
      }
      room -= bytesOf(before)
      if (room < 0 && changes.length > 0) return { changes, more: true }
      const taken = take(before, hold)
      changes.push({ before, after: started ? start(taken, now) : taken })
    }
  }
  return { changes, more: heldBack }
}

function mayBeReserved({ rank, locks, rule }: JobDocument): boolean {
  return rank !== RECOVERED && locks === undefined && rule?.while !== 'queued'
}

function inLine(a: JobDocument, b: JobDocument): number {
  return a.rank - b.rank || a.order - b.order
}

function bytesOf({ input }: JobDocument): number {
  return input === undefined ? 0 : Buffer.byteLength(input)
}
