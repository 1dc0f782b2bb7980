import { randomUUID } from 'node:crypto'
import type { AcquireReply, Fence, HeldLock, LockRequest, Locks, Store } from '@jobs-worker/core/store'

export function locksOf(store: Store): Locks {
  if (store.locks === undefined) throw new Error(`${store.name} has no locks`)
  return store.locks
}

/** As a job has them. */
export function lockRequests(...keys: readonly string[]): LockRequest[] {
  return keys.map((key) => ({ key, slots: 1 }))
}

/** Somebody who holds locks by a name. */
export class Owner {
  readonly name: string
  readonly ttl: number
  readonly #locks: Locks

  constructor(store: Store, name: string = randomUUID(), ttl = 30_000) {
    this.#locks = locksOf(store)
    this.name = name
    this.ttl = ttl
  }

  acquire(keys: readonly string[], id: string = randomUUID()): Promise<AcquireReply> {
    return this.#locks.acquire({ id, keys, holder: { owner: this.name, ttl: this.ttl } })
  }

  /** The acquisition's id; throws where the keys are not to be had. */
  async take(...keys: readonly string[]): Promise<string> {
    const id = randomUUID()
    held(await this.acquire(keys, id))
    return id
  }
}

/** Asks for locks as the run of a claimed job. */
export function acquireAs(store: Store, { id, run, claim }: Fence, ...keys: readonly string[]): Promise<AcquireReply> {
  return locksOf(store).acquire({ id: randomUUID(), keys, holder: { run: { id, run, claim } } })
}

/** What an answer gave; it must have given something. */
export function held(reply: AcquireReply): readonly HeldLock[] {
  if (reply.outcome !== 'acquired') throw new Error(`the locks were not acquired: ${reply.outcome}`)
  return reply.locks
}

export function keysOf(locks: readonly { readonly key: string }[]): string[] {
  return locks.map(({ key }) => key)
}

/** What everybody holds: key and owner, by key. */
export async function holders(store: Store): Promise<Record<string, string>> {
  const locks = await locksOf(store).list({ limit: 1_000 })
  return Object.fromEntries(locks.map(({ key, owner }) => [key, owner]))
}
