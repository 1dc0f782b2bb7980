import { randomUUID } from 'node:crypto'
import type { AcquireReply, Acquisition, Fence, Outcome, RequestId } from '@jobs-worker/core/store'
import type { Channel } from '../channel'
import type { Connection } from '../connection'
import { groupBy } from '../group-by'
import type { Keys } from '../keys'
import { SCRIPTS } from '../scripts'
import { inSteps } from '../step'
import { encodeFence } from '../wire/encode-exchange'
import { idToBytes } from '../wire/ids'
import { encodeRun } from '../wire/owners'
import type { Packable } from '../wire/pack'
import type { Reader } from '../wire/reader'
import { type Ask, encodeAsk, readVerdict, type Verdict } from './asks'
import { HeldRuns } from './held-runs'
import { encodeParty, keyOf, type Party, partyOfJob, readParty, readTurn, type Turn } from './parties'

const LOST: AcquireReply = { outcome: 'lost' }

/**
 * Locks of a cluster, where they and the queues are on different nodes. What changes both takes several steps: each may come
 * twice or too late, and after a step that nobody lived to follow, time (lua/lib/ask.lua) or `recover` (tending.ts) goes on.
 *
 * - A claim marks the jobs that it asks for, asks the locks, and takes those that may run.
 * - A run gives its locks up, then its end is stored: a job that has ended holds nothing.
 * - What other scripts leave to be done is done before their answer counts.
 */
export class LocksApart {
  readonly #connection: Connection
  readonly #keys: Keys
  readonly #channel: Channel
  readonly #runs = new HeldRuns()
  /** Out of their lines and without locks already: their queue need not have it done again. */
  readonly #gone = new Set<string>()

  constructor(connection: Connection, keys: Keys, channel: Channel) {
    this.#connection = connection
    this.#keys = keys
    this.#channel = channel
    connection.follow((news) => this.#follow(news))
  }

  /** @param part tells several asks of one request apart */
  async admit({ client, number }: RequestId, part: string, queue: string, asks: readonly Ask[]) {
    const tag = this.#keys.queue(queue)
    const rows = asks.map((ask) => encodeAsk(ask, tag))
    const message = [client, number, part, tag, queue, rows]
    const reader = await this.#ask(SCRIPTS.admitJobs, message)
    return reader.each(() => readVerdict(reader))
  }

  /** The run of a claimed job holds locks. */
  noteRun(fence: Fence, queue: string, ask: number): void {
    this.#runs.add(fence, partyOfJob(this.#keys.queue(queue), fence.id, ask))
  }

  /** Jobs that may run and were not taken. */
  async giveBack(queue: string, verdicts: readonly Verdict[]): Promise<void> {
    const tag = this.#keys.queue(queue)
    await this.leave(verdicts.map(({ id, ask }) => ({ job: Buffer.concat([Buffer.from(tag), id]), ask })))
  }

  /** Runs that are about to end give up their locks. To be told, afterwards, that they have ended. */
  async end(outcomes: readonly Outcome[]): Promise<() => void> {
    const ending = outcomes.flatMap((outcome) => {
      const party = this.#runs.find(outcome)
      return party === undefined ? [] : { ...party, unrun: outcome.kind === 'release' && outcome.ranFor === null }
    })
    await this.leave(ending)
    // As the queue will tell of them, see leave_locks in lua/lib/apart.lua.
    const gone = ending.map((party) => keyOf(party.unrun ? party : { ...party, ask: party.ask + 1 }))
    for (const key of gone) this.#gone.add(key)
    return () => {
      for (const key of gone) this.#gone.delete(key)
      for (const outcome of outcomes) this.#runs.delete(outcome)
    }
  }

  /**
   * What `acquire_locks` does for a run, in steps.
   * @param read reads the answer of such a script
   */
  async hold(queue: string, run: Fence, { id, keys }: Acquisition, read: (answer: Reader) => AcquireReply) {
    const asker = randomUUID()
    const { ask, hasNone } = await this.#enlist(queue, run, asker)
    if (ask === null) return LOST
    const tag = this.#keys.queue(queue)
    this.noteRun(run, queue, ask)
    const message = [id, encodeRun(run, tag), keys, tag, idToBytes(run.id), ask]
    const reply = read(await this.#send(SCRIPTS.holdLocks, message))
    if (reply.outcome === 'held' && hasNone) {
      await this.#connection.run(SCRIPTS.unlistRun, tag, [idToBytes(run.id), asker])
      return reply
    }
    // It may have ended meanwhile: then what it holds is nobody's.
    if ((await this.#enlist(queue, run, null)).ask !== null) return reply
    await this.leave([partyOfJob(tag, run.id, ask)])
    return LOST
  }

  async leave(parties: readonly Party[]): Promise<void> {
    if (parties.length === 0) return
    for (const step of inSteps(parties)) await this.#send(SCRIPTS.leaveJobs, step.map(encodeParty))
  }

  /** Tells queues of turns. @returns those whose jobs wait for them */
  async tell(turns: readonly Turn[]): Promise<readonly Turn[]> {
    const waiting: Turn[] = []
    const gone: Turn[] = []
    const told = [...groupBy(turns, ({ tag }) => tag)].map(async ([tag, group]) => {
      const rows = group.map(({ id, place, turns: count }) => [id, place, count])
      const wake = this.#channel.wakeUp([(group[0] as Turn).queue], '')
      const reader = await this.#connection.run(SCRIPTS.beginTurns, tag, [rows, this.#channel.name, wake])
      reader.array()
      const verdicts = reader.text()
      for (const [at, turn] of group.entries()) (verdicts[at] === '1' ? waiting : gone).push(turn)
    })
    await Promise.all(told)
    await this.leave(gone)
    return waiting
  }

  /** What a script of a queue, or of the locks, left to be done elsewhere. */
  async #follow(news: Reader): Promise<void> {
    news.array()
    const begun = news.each(() => readTurn(news))
    const left = news.each(() => readParty(news)).filter((party) => !this.#gone.has(keyOf(party)))
    await this.tell(begun)
    await this.leave(left)
  }

  /** ask: null where the run is no longer its worker's. */
  async #enlist(queue: string, run: Fence, asker: string | null) {
    const message = [encodeFence(run), asker ?? false]
    const reader = await this.#connection.run(SCRIPTS.enlistRun, this.#keys.queue(queue), message)
    reader.array()
    return { ask: reader.maybe(() => reader.number()), hasNone: reader.boolean() }
  }

  async #ask(script: (typeof SCRIPTS)[keyof typeof SCRIPTS], message: Packable): Promise<Reader> {
    const reader = await this.#send(script, message)
    reader.array()
    return reader
  }

  #send(script: (typeof SCRIPTS)[keyof typeof SCRIPTS], message: Packable): Promise<Reader> {
    return this.#connection.run(script, this.#keys.common, message)
  }
}
