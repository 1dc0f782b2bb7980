import type { Connection } from '../connection'
import { groupBy } from '../group-by'
import type { Keys } from '../keys'
import type { Queues } from '../queues'
import { SCRIPTS } from '../scripts'
import { STEP } from '../step'
import type { Reader } from '../wire/reader'
import type { LocksApart } from './locks-apart'
import { LostWaits } from './lost-waits'
import { type Party, partyOf, readTurn } from './parties'

/** A queue that was not told of a turn within so many ms is told again: who was to tell it may be gone. */
const NEWS_TAKE = 2_000

interface KnownRun extends Party {
  readonly tag: string
  readonly id: Buffer
}

/** Upkeep of a cluster's locks: compares what they and the queues know of each other. */
export class Tending {
  readonly #connection: Connection
  readonly #keys: Keys
  readonly #locks: LocksApart
  readonly #lost: LostWaits

  constructor(connection: Connection, keys: Keys, queues: Queues, locks: LocksApart) {
    this.#connection = connection
    this.#keys = keys
    this.#locks = locks
    this.#lost = new LostWaits(connection, keys, queues, locks)
  }

  /**
   * Ends locks whose time is over, lets turns pass on that were not taken for `turn` ms, ends those of runs that their queue
   * knows no more of, and queues jobs again that wait in lines which know nothing of them. At most a hundred of each.
   */
  async tend(turn: number): Promise<void> {
    const reader = await this.#connection.run(SCRIPTS.tendApart, this.#keys.common, [turn, NEWS_TAKE, STEP])
    reader.array()
    const turns = reader.each(() => ({ ...readTurn(reader), overdue: reader.boolean() }))
    const runs = reader.each(() => readRun(reader))
    const overdue = new Set(turns.filter((one) => one.overdue).map(({ place }) => place))
    const waiting = await this.#locks.tell(turns)
    const passing = waiting.filter(({ place }) => overdue.has(place))
    const seen = await this.#verify(runs)
    await this.#lost.find()
    if (passing.length + seen.length === 0) return
    await this.#connection.run(SCRIPTS.passTurns, this.#keys.common, [
      passing.map(({ job, place, turns: count }) => [job, place, count]),
      seen.map(({ job }) => job),
    ])
  }

  /** @returns those that go on */
  async #verify(runs: readonly KnownRun[]): Promise<readonly Party[]> {
    const seen: Party[] = []
    const ended: Party[] = []
    const asked = [...groupBy(runs, ({ tag }) => tag)].map(async ([tag, group]) => {
      const rows = group.map(({ id, ask }) => [id, ask])
      const reader = await this.#connection.run(SCRIPTS.verifyRuns, tag, rows)
      reader.array()
      const verdicts = reader.text()
      for (const [at, run] of group.entries()) (verdicts[at] === '1' ? seen : ended).push(run)
    })
    await Promise.all(asked)
    await this.#locks.leave(ended)
    return seen
  }
}

function readRun(reader: Reader): KnownRun {
  reader.array()
  const [tag, id] = [reader.text(), reader.bytes()]
  return { ...partyOf(tag, id, reader.number()), tag, id }
}
