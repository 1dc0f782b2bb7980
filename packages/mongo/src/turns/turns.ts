import { randomUUID } from 'node:crypto'
import type { AnyBulkWriteOperation } from 'mongodb'
import { apply, type Change } from '../changes/changes'
import type { Channel } from '../channel'
import type { Ledger } from '../counts/ledger'
import type { Queues } from '../counts/queues'
import { tallyOf } from '../counts/tally'
import { type Holder, type JobDocument, type OwnerDocument, WITHOUT_PAYLOAD } from '../model/documents'
import { expire } from '../model/holdings'
import { beginTurn, passTurn } from '../model/moves'
import { keysToOffer } from '../model/standing'
import type { Connection } from '../server/connection'
import { FEW, headsOf, LockView } from './lines'
import { change, findHolders, holdersOf } from './owners'

/** How long a turn waits for a claim, in ms, where `recover` is not told. */
const TURN = 30_000

/** Who has told of keys is given so many ms to look whose turn it is; then it is taken for dead. */
const AT_IT = 100

/** What changed, of a job or of an owner. */
interface Moved {
  readonly before: Holder & Pick<Partial<JobDocument>, 'state' | 'joined'>
  readonly after: (Holder & Pick<Partial<JobDocument>, 'state' | 'joined'>) | null
}

/** A document that tells of keys. */
interface Told {
  readonly _id: string
  readonly by: string
  readonly isEmpty: boolean
}

/**
 * Whose turn it is. A change that gives up keys, or makes a job wait, says so on the document itself; then somebody looks who
 * is first in the lines of these keys, and takes it off again. Who changed looks at once; where it died before, `recover` does.
 *
 * No turn is lost: a job says that it waits before it looks what is in its way, and what is in its way goes before it looks who
 * waits. Whichever comes last sees the other.
 */
export class Turns {
  readonly #connection: Connection
  readonly #queues: Queues
  readonly #ledger: Ledger
  readonly #channel: Channel
  readonly #clearing = new Set<Promise<unknown>>()

  constructor(connection: Connection, queues: Queues, ledger: Ledger, channel: Channel) {
    this.#connection = connection
    this.#queues = queues
    this.#ledger = ledger
    this.#channel = channel
  }

  /**
   * Looks whose turn these changes make it: those jobs are queued again, ahead of the rest, counted, and workers are woken.
   * @param by whose changes they were
   */
  async tend(made: readonly Moved[], by: string): Promise<void> {
    await this.#count(await this.look(made))
    this.told(made, by)
  }

  /** The same for who counts the turns that begin, and may claim some of those jobs before it wakes others. */
  look(made: readonly Moved[]): Promise<readonly Change[]> {
    return this.#offer(made.flatMap(keysOf))
  }

  /** It was looked, and what began was counted. Nobody has to wait until the documents say so. */
  told(made: readonly Moved[], by: string): void {
    const telling = made.filter((one) => keysOf(one).length > 0)
    const clearing = this.#clear(telling.map(({ before, after }) => ({ _id: before._id, by, isEmpty: isEmpty(after) })))
      .catch(() => undefined)
      .finally(() => this.#clearing.delete(clearing))
    this.#clearing.add(clearing)
  }

  /**
   * A step of what nobody else has done: locks whose time is over, turns that nobody took, and what was cut off.
   * @param turn how long a turn waits for a claim, in ms
   * @returns whether there may be more
   */
  async recover(limit: number, turn = TURN): Promise<boolean> {
    const steps = [await this.#expire(limit), await this.#passOn(limit, turn), await this.#finish(limit)]
    return steps.some((found) => found === limit)
  }

  /** Waits for what goes on by itself. */
  async close(): Promise<void> {
    await Promise.all(this.#clearing)
  }

  /** Wakes who waits for them first: that they are counted can wait. */
  async #count(begun: readonly Change[]): Promise<void> {
    if (begun.length === 0) return
    this.#channel.woke(queuesOf(begun))
    await this.#queues.guarded(queuesOf(begun), () => this.#ledger.note(tallyOf(begun)))
  }

  async #offer(keys: readonly string[]): Promise<readonly Change[]> {
    const begun: Change[] = []
    let asked: readonly string[] = [...new Set(keys)]
    while (asked.length > 0) {
      const changes = await this.#turnsAt(asked)
      const made = await this.#queues.guarded(queuesOf(changes), () => apply(this.#connection, changes, newName()))
      begun.push(...made)
      // Those that others have changed meanwhile are looked at again.
      asked = changes.filter((one) => !made.includes(one)).flatMap(({ before }) => before.keys ?? [])
    }
    return begun
  }

  /** Of those who are first at these keys, whoever waits and may run now. */
  async #turnsAt(keys: readonly string[]): Promise<readonly Change[]> {
    // Of few keys somebody mostly waits for one; of many, mostly nobody, and then it does not matter who holds them.
    const asked = keys.length <= FEW ? holdersOf(this.#connection, keys) : null
    const [heads, holders] = await Promise.all([headsOf(this.#connection, keys), asked])
    const blocked = [...heads.values()].filter(({ state }) => state === 'blocked')
    const waiting = [...new Map(blocked.map((job) => [job._id, job])).values()]
    const theirs = waiting.flatMap((job) => job.keys ?? [])
    const view = await LockView.of(this.#connection, theirs, { keys, heads, holders })
    const now = this.#connection.clock.now()
    return waiting.filter((job) => view.mayRun(job)).map((before) => ({ before, after: beginTurn(before, now) }))
  }

  async #expire(limit: number): Promise<number> {
    const now = this.#connection.clock.now()
    const over = await findHolders(this.#connection, { ends: { $exists: true, $lte: now } }, limit)
    const by = newName()
    const made: Moved[] = []
    for (const before of over) {
      const after = expire(before, now)
      if ((await change(this.#connection, before, after, by)) !== 'stale') made.push({ before, after })
    }
    await this.tend(made, by)
    return over.length
  }

  async #passOn(limit: number, turn: number): Promise<number> {
    const { run, jobs, clock } = this.#connection
    const overdue = { turn: { $exists: true, $lte: clock.now() - turn } }
    const found = await run(() => jobs.find(overdue, { projection: WITHOUT_PAYLOAD, limit }).toArray())
    const by = newName()
    const changes = found.map((before) => ({ before, after: passTurn(before) }))
    await this.tend(await apply(this.#connection, changes, by), by)
    return found.length
  }

  /** Who did not come so far may not have counted either. */
  async #finish(limit: number): Promise<number> {
    const { run, jobs, clock } = this.#connection
    const filter = { 'offer.at': { $exists: true, $lte: clock.now() - AT_IT } }
    const options = { projection: { offer: 1, forget: 1, queue: 1 }, sort: { 'offer.at': 1 }, limit } as const
    const untold = await run(() => jobs.find<JobDocument & OwnerDocument>(filter, options).toArray())
    const keys = untold.flatMap(({ offer }) => offer?.keys ?? [])
    const heads = await headsOf(this.#connection, keys)
    const touched = [...untold, ...heads.values()].flatMap(({ queue }) => queue ?? [])
    await this.#queues.suspect(new Set(touched))
    await this.#count(await this.#offer(keys))
    await this.#clear(untold.map(({ _id, offer, forget }) => ({ _id, by: offer?.by ?? '', isEmpty: !!forget })))
    return untold.length
  }

  /** Takes off what was told, if nothing was told since; where nothing else is left, the document. */
  async #clear(told: readonly Told[]): Promise<void> {
    const groups = new Map<string, Told[]>()
    for (const one of told) {
      const group = `${one.isEmpty} ${one.by}`
      groups.set(group, [...(groups.get(group) ?? []), one])
    }
    const operations = [...groups.values()].map((some): AnyBulkWriteOperation<OwnerDocument> => {
      const [{ by, isEmpty }] = some as [Told]
      const filter = { _id: { $in: some.map(({ _id }) => _id) }, 'offer.by': by }
      // It may hold something again.
      if (isEmpty) return { deleteMany: { filter: { ...filter, forget: { $exists: true } } } }
      return { updateMany: { filter, update: { $unset: { offer: '' } } } }
    })
    if (operations.length > 0) await this.#connection.run(() => this.#connection.owners.bulkWrite(operations))
  }
}

function keysOf({ before, after }: Moved): readonly string[] {
  return keysToOffer(before, after)
}

function queuesOf(changes: readonly Change[]): ReadonlySet<string> {
  return new Set(changes.map(({ before }) => before.queue))
}

/** Nothing is left of it but what it tells. */
function isEmpty(after: Moved['after']): boolean {
  return after === null || ('owner' in after && !after.held)
}

function newName(): string {
  return randomUUID().slice(-12)
}
