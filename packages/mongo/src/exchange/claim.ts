import type { Claim, ClaimedJob } from '@jobs-worker/core/store'
import { apply, type Change, landed } from '../changes/changes'
import type { Ledger } from '../counts/ledger'
import type { Queues } from '../counts/queues'
import { tallyOf } from '../counts/tally'
import { isDuplicate } from '../errors'
import { toClaimed } from '../model/decode-job'
import type { Hold, JobDocument, QueueDocument, WorkerDocument } from '../model/documents'
import { block, type Moment, RECOVERED, start, take } from '../model/moves'
import type { Connection } from '../server/connection'
import { LockView } from '../turns/lines'
import type { Turns } from '../turns/turns'
import { type Ahead, bytesOf, countOf, type Line, type Lines, lanesOf, readLines, stillThere } from './queue-lines'

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
 * @param ahead lines that were read meanwhile
 */
export async function claimJobs(
  around: ClaimSurroundings,
  claim: Claim,
  worker: WorkerDocument,
  seen: ReadonlyMap<string, QueueDocument>,
  by: string,
  begun: ReadonlySet<string>,
  ahead: Ahead | null,
): Promise<Claimed> {
  const { connection } = around
  const lanes = lanesOf(claim, seen)
  let known = stillThere(ahead, lanes)
  const hold: Hold = { instance: worker._id, claim: claim.id, worker: worker.id }
  const taken: JobDocument[] = []
  let blocked = 0
  for (let round = 1; ; ) {
    const lines = known ?? (await readLines(connection, claim, lanes, taken, blocked))
    known = null
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

/** What the claim makes of these lines, if nobody is quicker; not over: it has come to the end of what was read. */
function choose(
  claim: Claim,
  lines: Lines,
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
function keysToLookAt(lines: Lines, begun: ReadonlySet<string>): readonly string[] {
  const jobs = [...lines.values()].flatMap((line) => line.jobs).filter(({ _id }) => !begun.has(_id))
  return jobs.flatMap(({ keys = [] }) => keys)
}
