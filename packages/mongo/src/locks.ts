import { randomUUID } from 'node:crypto'
import {
  type AcquireReply,
  type Acquisition,
  type LockFilter,
  type LockHolder,
  type LockRecord,
  type Locks,
  StoreUnavailableError,
} from '@jobs-worker/core/store'
import type { Channel } from './channel'
import { STORE } from './errors'
import { type AnyHolder, acquire, expire, extend, giveUp, keysOf, locksOf, withoutOwner } from './model/holdings'
import { keysToOffer } from './model/standing'
import type { Connection } from './server/connection'
import { numbered } from './turns/fences'
import { change, findHolders, holdersOf, type KeyOfHolder, ownerNamed, pageOfKeys } from './turns/owners'
import type { Turns } from './turns/turns'

/** Holders whom others change at the same time are looked at again so often. */
const MOST_ROUNDS = 50

/** Does a piece of work once the store is open. */
export type Run = <T>(work: () => Promise<T>) => Promise<T>

export class MongoLocks implements Locks {
  readonly #connection: Connection
  readonly #turns: Turns
  readonly #channel: Channel
  readonly #run: Run

  constructor(connection: Connection, turns: Turns, channel: Channel, run: Run) {
    this.#connection = connection
    this.#turns = turns
    this.#channel = channel
    this.#run = run
  }

  acquire({ id, keys, holder }: Acquisition): Promise<AcquireReply> {
    return this.#again(async (by) => {
      const found = await this.#find(holder)
      if (found === null) return { outcome: 'lost' }
      const end = 'owner' in holder ? { until: this.#connection.clock.now() + holder.ttl } : {}
      const made = await this.#change(found, acquire(this.#alive(found), { id, keys, ...end }), by)
      if (made === 'taken') return (await this.#isHeld(keys, found)) ? { outcome: 'held' } : null
      const told = made === 'stale' ? null : await numbered(this.#connection, [made], by)
      return told && { outcome: 'acquired', locks: told.flatMap(locksOf).map(withoutOwner) }
    })
  }

  release(acquisition: string, keys?: readonly string[]): Promise<number> {
    return this.#again(async (by) => {
      const found = await this.#having(acquisition)
      if (found === null) return 0
      const had = keysOf(found.alive, acquisition)
      const given = keys === undefined ? had : had.filter((key) => keys.includes(key))
      const made = await this.#change(found.before, giveUp(found.alive, acquisition, given), by)
      return typeof made === 'string' ? null : given.length
    })
  }

  extend(acquisition: string, ttl: number): Promise<readonly string[]> {
    return this.#again(async (by) => {
      const found = await this.#having(acquisition)
      if (found === null) return []
      const longer = extend(found.alive, acquisition, this.#connection.clock.now() + ttl)
      const made = await this.#change(found.before, longer, by)
      return typeof made === 'string' ? null : [...keysOf(made, acquisition)].sort()
    })
  }

  list({ after = '', limit, ...filter }: LockFilter): Promise<readonly LockRecord[]> {
    return this.#run(async () => {
      await this.#connection.clock.fresh()
      const locks: LockRecord[] = []
      for (let last = after; locks.length < limit; ) {
        const page = await pageOfKeys(this.#connection, filter, last, limit - locks.length)
        locks.push(...(await this.#show(page)))
        if (page.length < limit - locks.length || page.length === 0) break
        last = page.at(-1)?.key ?? last
      }
      return locks
    })
  }

  seize(keys: readonly string[]): Promise<readonly string[]> {
    const taken = new Set<string>()
    return this.#again(async (by) => {
      const found = await findHolders(this.#connection, {
        keys: { $in: [...keys] },
        held: true,
        owner: { $exists: true },
      })
      let isStale = false
      for (const before of found) {
        const alive = this.#alive(before)
        const given = keys.filter((key) => alive.keys?.includes(key))
        const made = await this.#change(before, giveUp(alive, null, given), by)
        if (typeof made === 'string') isStale = true
        else for (const key of given) taken.add(key)
      }
      return isStale ? null : keys.filter((key) => taken.has(key))
    })
  }

  /** Until a step has an answer: others may change what it has read before it is done. */
  #again<T>(step: (by: string) => Promise<T | null>): Promise<T> {
    return this.#run(async () => {
      await this.#connection.clock.fresh()
      const by = randomUUID().slice(-12)
      for (let round = 1; round <= MOST_ROUNDS; round++) {
        const answer = await step(by)
        if (answer !== null) return answer
      }
      throw new StoreUnavailableError(STORE, 'locks change hands faster than this can be done to them')
    })
  }

  async #change(before: AnyHolder, after: AnyHolder, by: string): Promise<AnyHolder | 'stale' | 'taken'> {
    const made = await change(this.#connection, before, after, by)
    if (typeof made === 'string') return made
    await this.#turns.tend([{ before, after }], by)
    if (keysToOffer(before, after).length > 0) await this.#channel.send(['unlocked', this.#channel.sender])
    return made
  }

  /** null: the run is no longer its worker's. */
  async #find(holder: LockHolder): Promise<AnyHolder | null> {
    if ('owner' in holder) return ownerNamed(this.#connection, holder.owner)
    const { id, run, claim } = holder.run
    const [job] = await findHolders(this.#connection, { _id: id, run, 'hold.claim': claim })
    return job ?? null
  }

  async #having(acquisition: string) {
    const [before] = await findHolders(this.#connection, { 'acquired.id': acquisition })
    return before === undefined ? null : { before, alive: this.#alive(before) }
  }

  #alive(holder: AnyHolder): AnyHolder {
    return expire(holder, this.#connection.clock.now())
  }

  async #isHeld(keys: readonly string[], { _id }: AnyHolder): Promise<boolean> {
    const holders = await holdersOf(this.#connection, keys)
    return [...holders.values()].some((id) => id !== _id)
  }

  /** Those that are still held, as they are now. */
  #show(page: readonly KeyOfHolder[]): Promise<readonly LockRecord[]> {
    const keys = new Set(page.map(({ key }) => key))
    return this.#again(async (by) => {
      const holders = await findHolders(this.#connection, { _id: { $in: [...new Set(page.map(({ _id }) => _id))] } })
      const told = await numbered(this.#connection, holders, by)
      if (told === null) return null
      const locks = told.flatMap((one) => locksOf(this.#alive(one)))
      return locks.filter(({ key }) => keys.has(key)).sort((a, b) => (a.key < b.key ? -1 : 1))
    })
  }
}
