import {
  type Exchange,
  type ExchangeReply,
  type Fence,
  type RequestId,
  StoreUnavailableError,
} from '@jobs-worker/core/store'
import { apply, type Change } from '../changes/changes'
import type { Ledger } from '../counts/ledger'
import type { Queues, QueuesSeen } from '../counts/queues'
import { Sums, tallyOf } from '../counts/tally'
import { STORE } from '../errors'
import type { EntryDocument, JobDocument, Tally, Verdicts, WorkerDocument } from '../model/documents'
import type { Incoming } from '../model/encode-jobs'
import { keyOfRequest, nameOfRequest } from '../request'
import type { Requests } from '../requests'
import { type Connection, wholeBatch } from '../server/connection'
import type { Turns } from '../turns/turns'
import type { MongoWriter } from '../writer'
import { type Claimed, claimJobs, inHand } from './claim'
import { nextDueIn } from './due'
import { type Ahead, lanesOf, readLines } from './queue-lines'
import { fencesOf, partsOf, settleAll, type Told } from './settle'

/** Jobs that others change at the same time are thought about again so often. */
const MOST_ROUNDS = 10

/** What an exchange asks of others. */
export interface Surroundings {
  readonly connection: Connection
  readonly requests: Requests
  readonly queues: Queues
  readonly writer: MongoWriter
  readonly ledger: Ledger
  readonly turns: Turns
}

export interface Exchanged extends ExchangeReply {
  /** Queues in which jobs wait that did not before. */
  readonly woken: readonly string[]
}

interface Settled {
  readonly verdicts: Verdicts
  readonly woken: readonly string[]
  /** Jobs that wait for locks, and whose turn it is now. */
  readonly begun: readonly Change[]
  /** null: the verdicts are kept already, or there are none. */
  readonly tallies: readonly Tally[] | null
  readonly enqueued: boolean
}

const NOTHING: Claimed = { jobs: [], more: false }
const NOTHING_SETTLED: Settled = {
  verdicts: { settled: [], started: [], reported: [] },
  ...{ woken: [], begun: [], tallies: null, enqueued: false },
}

/**
 * One exchange: reads what is told about, changes it, reads what can be claimed, takes it. Four round trips, one after
 * another; two where nothing is told; a fifth where somebody else was quicker; one for jobs that need locks; three to hand on those that were given up.
 */
export class ExchangeRun {
  readonly #around: Surroundings
  readonly #connection: Connection
  readonly #key: string
  readonly #name: string
  readonly #exchange: Exchange
  /** This request was here before, and was cut off: a job that it changed already counts as changed by it. */
  #again = false
  /** The jobs were not read, but are as this process wrote them last, as far as it knows. */
  #remembers = false
  /** What it has changed, of what it was told. */
  readonly #made: Change[] = []
  /** Jobs that it has in its hands, as they were read first. */
  readonly #had = new Map<string, JobDocument>()

  constructor(around: Surroundings, request: RequestId, exchange: Exchange) {
    this.#around = around
    this.#connection = around.connection
    this.#key = keyOfRequest(request)
    this.#name = nameOfRequest(request)
    this.#exchange = exchange
  }

  async run(): Promise<Exchanged> {
    const { requests } = this.#around
    const fences = fencesOf(this.#exchange)
    const remembered = this.#connection.hands.of(fences)
    try {
      const [first, worker, seen, found, ahead] = await Promise.all([
        requests.begin(this.#key),
        this.#worker(),
        this.#look(),
        remembered ?? this.#read(fences),
        this.#readAhead(fences),
      ])
      this.#again = first !== null
      this.#remembers = remembered !== null && !this.#again
      const told = this.#again && remembered !== null ? await this.#read(fences) : found
      const { verdicts, woken, begun, tallies, enqueued } = await this.#settle(told, first?.verdicts)
      const registered = first?.registered ?? worker !== null
      const end = { done: true, registered }
      // What was enqueued may stand in a lane that was not there before.
      const lanes = enqueued ? await this.#look() : seen
      const [claimed, due] = await Promise.all([
        this.#claim(worker, lanes, first, begun, first === null ? ahead : null),
        nextDueIn(this.#connection),
        tallies && requests.answer(this.#key, verdicts, tallies, this.#exchange.claim === null ? end : null),
      ])
      if (this.#exchange.claim !== null || tallies === null) requests.end(this.#key, end)
      requests.arrived(this.#key)
      this.#around.turns.told(this.#made, this.#name)
      const rest = { nextDueIn: due, registered, watched: seen.watched, woken: [...woken, ...leftOf(begun, claimed)] }
      return { ...verdicts, claimed: claimed.jobs, more: claimed.more, ...rest }
    } catch (error) {
      requests.cutOff(this.#key, this.#had)
      // Nobody may ever ask again.
      this.#around.queues.doubt([...this.#had.values()].map(({ queue }) => queue))
      throw error
    }
  }

  async #settle(first: readonly JobDocument[], known: Verdicts | undefined): Promise<Settled> {
    const told: Told = this.#exchange
    if (known !== undefined) return { ...NOTHING_SETTLED, verdicts: known }
    if (fencesOf(told).length === 0) return NOTHING_SETTLED
    const settled: Settled[] = []
    for (const [n, part] of partsOf(told).entries()) {
      settled.push(await this.#settlePart(part, n === 0 ? first : await this.#read(fencesOf(part)), n))
    }
    return {
      verdicts: joined(settled.map((one) => one.verdicts)),
      woken: settled.flatMap((one) => one.woken),
      begun: settled.flatMap((one) => one.begun),
      tallies: merged(settled.flatMap((one) => one.tallies ?? [])),
      enqueued: settled.some((one) => one.enqueued),
    }
  }

  /** Until all that is told is either done or refused. */
  async #settlePart(told: Told, first: readonly JobDocument[], n: number): Promise<Settled> {
    const tallies: Tally[] = []
    const woken = new Set<string>()
    const begun: Change[] = []
    const done = new Set<string>()
    const earlier = new Map<string, Pick<Change, 'before' | 'after'>>()
    let found = first
    for (let round = 1; round <= MOST_ROUNDS; round++) {
      const known = ({ id }: Fence) => done.has(id) || (this.#again && this.#wasChanged(id, found, earlier))
      const pending = found.filter((job) => !done.has(job._id))
      const { verdicts, changes, next } = settleAll(told, pending, this.#connection.clock, this.#name, known)
      for (const { before } of changes) this.#had.set(before._id, before)
      // Nobody would notice that what stays as it is was remembered wrongly.
      const isGuess = this.#remembers && changes.length < found.length
      const made = isGuess ? [] : await apply(this.#connection, changes, this.#name)
      tallies.push(...tallyOf(made))
      const turns = await this.#around.turns.look(made)
      for (const { before } of turns) this.#had.set(before._id, before)
      tallies.push(...tallyOf(turns))
      begun.push(...turns)
      this.#made.push(...made)
      for (const { before, after } of made) {
        done.add(before._id)
        if (after?.state === 'queued') woken.add(after.queue)
      }
      if (made.length === changes.length && !isGuess) {
        await this.#enqueue(next, n)
        for (const { job } of next) woken.add(job.queue)
        tallies.push(...tallyOf([...earlier.values()]))
        return { verdicts, woken: [...woken], begun, tallies, enqueued: next.length > 0 }
      }
      this.#connection.hands.forget(found)
      this.#remembers = false
      found = await this.#read(fencesOf(told))
    }
    throw new StoreUnavailableError(STORE, 'jobs changed faster than they could be settled')
  }

  async #enqueue(next: readonly Incoming[], n: number): Promise<void> {
    if (next.length === 0) return
    const { writer } = this.#around
    await writer.prepare(next.map(({ job }) => job))
    await writer.put(`${this.#key}/${n}`, this.#name, next)
  }

  async #claim(
    worker: WorkerDocument | null,
    seen: QueuesSeen,
    first: EntryDocument | null,
    begun: readonly Change[],
    ahead: Ahead | null,
  ): Promise<Claimed> {
    const { claim, instance } = this.#exchange
    if (claim === null) return NOTHING
    const there = this.#again ? await inHand(this.#connection, instance, claim) : []
    if (first?.done || there.length > 0) return { jobs: there, more: false }
    if (worker === null) return NOTHING
    const turns = new Set(begun.map(({ before }) => before._id))
    return claimJobs(this.#around, claim, worker, seen.queues, this.#name, turns, ahead)
  }

  /** Whether this request has changed the job before it was cut off; what it deleted had been in its hands. */
  #wasChanged(
    id: string,
    found: readonly JobDocument[],
    earlier: Map<string, Pick<Change, 'before' | 'after'>>,
  ): boolean {
    const after = found.find(({ _id }) => _id === id) ?? null
    const had = this.#around.requests.had(this.#key).get(id)
    if (after === null ? had === undefined : after.by !== this.#name) return false
    const before = had ?? { ...(after as JobDocument), state: 'running' }
    earlier.set(id, { before, after })
    return true
  }

  #worker(): Promise<WorkerDocument | null> {
    const { run, workers } = this.#connection
    return run(() => workers.findOne({ _id: this.#exchange.instance }, { projection: { id: 1 } }))
  }

  #look(): Promise<QueuesSeen> {
    return this.#around.queues.look((this.#exchange.claim?.queues ?? []).map(({ name }) => name))
  }

  /** Where nothing is told that could put jobs in line: what can be claimed, in the lanes as this process saw them last. */
  async #readAhead(fences: readonly Fence[]): Promise<Ahead | null> {
    const { claim } = this.#exchange
    if (claim === null || fences.length > 0) return null
    const lanes = lanesOf(claim, this.#around.queues.latest)
    return { lanes, lines: await readLines(this.#connection, claim, lanes, [], 0) }
  }

  async #read(fences: readonly Fence[]): Promise<readonly JobDocument[]> {
    if (fences.length === 0) return []
    const { run, jobs } = this.#connection
    const ids = [...new Set(fences.map(({ id }) => id))]
    const options = { projection: { input: 0, headers: 0, settings: 0, schedule: 0 }, ...wholeBatch(ids.length) }
    return run(() => jobs.find({ _id: { $in: ids }, v: { $gte: 0 } }, options).toArray())
  }
}

/** Queues of those that this exchange has not claimed itself. */
function leftOf(begun: readonly Change[], { jobs }: Claimed): readonly string[] {
  const claimed = new Set(jobs.map(({ id }) => id))
  return begun.filter(({ before }) => !claimed.has(before._id)).map(({ before }) => before.queue)
}

function joined(parts: readonly Verdicts[]): Verdicts {
  return {
    settled: parts.flatMap(({ settled }) => settled),
    started: parts.flatMap(({ started }) => started),
    reported: parts.flatMap(({ reported }) => reported),
  }
}

function merged(tallies: readonly Tally[]): readonly Tally[] {
  const sums = new Sums()
  for (const { queue, ...kinds } of tallies) {
    for (const [kind, count] of Object.entries(kinds)) sums.add(queue, kind as keyof typeof kinds, count)
  }
  return sums.tallies
}
