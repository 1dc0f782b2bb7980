import type { Claim, ClaimedJob } from '@jobs-worker/core/store'
import { apply, type Change, landed } from './changes'
import type { Connection } from './connection'
import { toClaimed } from './decode-job'
import type { Hold, JobDocument, QueueDocument, WorkerDocument } from './documents'
import { isDuplicate } from './errors'
import type { Ledger } from './ledger'
import { LockView } from './lines'
import { block, type Moment, RECOVERED, start, take } from './moves'
import type { Queues } from './queues'
import { tallyOf } from './tally'
import type { Turns } from './turns'

/** Where others took all that was found, it is looked again so often at most. */
const MOST_ROUNDS = 4

/** A claim ends where it has made so many jobs wait for their locks. */
const MOST_BLOCKED = 1_000

const NONE: ReadonlySet<string> = new Set()

export interface Claimed {
  readonly jobs: readonly ClaimedJob[]
  readonly more: boolean
}

/** What a claim asks of others. */
export interface ClaimSurroundings {
  readonly connection: Connection
  readonly queues: Queues
  readonly ledger: Ledger
  readonly turns: Turns
}

/**
 * Takes the next jobs of each queue in turn: those that are first in its lanes, in order, as they were read. What others
 * change or take meanwhile stays theirs. Those that have to wait for locks step out of the way, and it goes on behind them.
 * @param seen the queues as they were read
 * @param begun jobs of which somebody has just seen that it is their turn
 */
export async function claimJobs(
  around: ClaimSurroundings,
  claim: Claim,
  worker: WorkerDocument,
  seen: ReadonlyMap<string, QueueDocument>,
  by: string,
  begun: ReadonlySet<string>,
): Promise<Claimed> {
  const { connection } = around
  const hold: Hold = { instance: worker._id, claim: claim.id, worker: worker.id }
  const taken: JobDocument[] = []
  let blocked = 0
  for (let round = 1; ; ) {
    const lines = await readLines(connection, claim, seen, taken, blocked)
    const view = await LockView.of(connection, keysToLookAt(lines, round === 1 ? begun : NONE))
    const { changes, ...end } = choose(claim, lines, taken, hold, view, connection.clock)
    const made = await make(around, changes, by)
    taken.push(...made.filter(({ hold }) => hold !== undefined))
    blocked += made.filter(({ state }) => state === 'blocked').length
    const lost = changes.length - made.length
    if (lost > 0) round++
    const isOver = lost > 0 ? taken.length > 0 || round > MOST_ROUNDS : end.isOver
    if (isOver || blocked >= MOST_BLOCKED) {
      return { jobs: taken.map(toClaimed), more: end.more || lost > 0 || blocked >= MOST_BLOCKED }
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

/** The jobs that are first in a queue, in order. */
interface Line {
  readonly jobs: readonly JobDocument[]
  /** There are no more behind them. */
  readonly isWhole: boolean
}

/**
 * Each queue's line, as far as this claim could reach: one query for each lane, each walks its index in order.
 * @param blocked how many were found that had to wait: so many more are read at once
 */
async function readLines(
  connection: Connection,
  claim: Claim,
  seen: ReadonlyMap<string, QueueDocument>,
  taken: readonly JobDocument[],
  blocked: number,
): Promise<ReadonlyMap<string, Line>> {
  const wanted = new Set(claim.lanes)
  const lines = claim.queues.map(async ({ name, limit }): Promise<readonly [string, Line]> => {
    const queue = seen.get(name)
    const lanes = queue === undefined || queue.paused ? [] : (queue.lanes ?? []).filter((lane) => wanted.has(lane))
    const left = Math.min(limit - countOf(name, taken), claim.start + claim.reserve - taken.length)
    if (left <= 0) return [name, { jobs: [], isWhole: true }]
    const most = left + blocked
    const heads = await Promise.all(lanes.map((lane) => readLane(connection, name, lane, most, claim)))
    const [only, ...others] = heads
    if (only !== undefined && others.length === 0) return [name, only]
    const jobs = heads.flatMap((head) => head.jobs).sort(inLine)
    // Behind so many a lane may have others that come first.
    return [name, { jobs: jobs.slice(0, most), isWhole: jobs.length <= most && heads.every((head) => head.isWhole) }]
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
    // What has arrived is read at once: a turn of the event loop for each would cost more than the job.
    while (room >= 0 && (await cursor.hasNext())) {
      for (const job of cursor.readBufferedDocuments()) {
        line.push(job)
        // One more than fits shows that there is more.
        if (room < 0) break
        room -= bytesOf(job)
      }
    }
    await cursor.close()
    return { jobs: line, isWhole: line.length < most && room >= 0 }
  })
}

/** What the claim makes of these lines, if nobody is quicker; not over: it has come to the end of what was read. */
function choose(
  claim: Claim,
  lines: ReadonlyMap<string, Line>,
  taken: readonly JobDocument[],
  hold: Hold,
  view: LockView,
  moment: Moment,
): { readonly changes: readonly Change[]; readonly more: boolean; readonly isOver: boolean } {
  const changes: Change[] = []
  let room = claim.maxBytes - taken.reduce((sum, job) => sum + bytesOf(job), 0)
  let count = taken.length
  let heldBack = false
  const soon = claim.start + (claim.reserveLocked ?? 0)
  for (const { name, limit } of claim.queues) {
    const { jobs, isWhole } = lines.get(name) as Line
    let left = Math.min(limit - countOf(name, taken), claim.start + claim.reserve - count)
    for (const before of jobs) {
      if (left <= 0) break
      const started = count < claim.start
      if (!started && !mayBeReserved(before, count < soon)) {
        heldBack = true
        left = 0
        break
      }
      if (bytesOf(before) > room && count > 0) return { changes, more: true, isOver: true }
      const waiting = before.keys === undefined ? null : block(before, moment.order())
      if (waiting !== null && !view.mayRun(waiting)) {
        changes.push({ before, after: waiting })
        view.waits(waiting)
        continue
      }
      view.takes(before)
      room -= bytesOf(before)
      count++
      left--
      const held = take(before, hold)
      changes.push({ before, after: started ? start(held, moment.now()) : held })
    }
    if (left > 0 && !isWhole) return { changes, more: true, isOver: false }
  }
  return { changes, more: heldBack, isOver: true }
}

/** Makes what was chosen; another job may have got one of the locks meanwhile. Answers the jobs as they are now. */
async function make(
  { connection, queues, ledger, turns }: ClaimSurroundings,
  changes: readonly Change[],
  by: string,
): Promise<readonly JobDocument[]> {
  const blocked = changes.filter(({ after }) => after?.state === 'blocked')
  const make = async () => {
    const made = await apply(connection, changes, by).catch((error) =>
      isDuplicate(error) ? landed(connection, changes, by) : Promise.reject(error),
    )
    if (blocked.length > 0) await ledger.note(tallyOf(made))
    await turns.tend(made, by)
    return made.map(({ after }) => after as JobDocument)
  }
  // Only what waits changes its kind.
  return queues.guarded(new Set(blocked.map(({ before }) => before.queue)), make)
}

/** @param soon it would begin so soon that it may hold locks meanwhile */
function mayBeReserved({ rank, keys, rule }: JobDocument, soon: boolean): boolean {
  if (rule?.while === 'queued') return false
  return keys === undefined ? rank !== RECOVERED : soon
}

/** Nothing is in the way of those whose turn has just begun. */
function keysToLookAt(lines: ReadonlyMap<string, Line>, begun: ReadonlySet<string>): readonly string[] {
  const jobs = [...lines.values()].flatMap((line) => line.jobs).filter(({ _id }) => !begun.has(_id))
  return jobs.flatMap(({ keys = [] }) => keys)
}

function countOf(queue: string, jobs: readonly JobDocument[]): number {
  return jobs.filter((job) => job.queue === queue).length
}

function inLine(a: JobDocument, b: JobDocument): number {
  return a.rank - b.rank || a.order - b.order
}

function bytesOf({ input }: JobDocument): number {
  return input === undefined ? 0 : Buffer.byteLength(input)
}
