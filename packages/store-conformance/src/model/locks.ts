import { randomUUID } from 'node:crypto'
import type { AcquireReply, HeldLock, LockHolder, LockRecord, Locks, Store } from '@jobs-worker/core/store'
import type { LockStep } from './step'
import type { World } from './world'

const LONG = 600_000
const ERROR = { name: 'LeaseExpiredError', message: 'gone', stack: null, code: 'JOBS_LEASE_EXPIRED', cause: null }

export async function performLocks(world: World, step: LockStep): Promise<void> {
  const { pair, names } = world
  switch (step.do) {
    case 'acquire':
      return acquire(world, step)
    case 'releaseLocks': {
      const id = world.acquisitions.at(-1 - step.back) ?? randomUUID()
      const keys = step.keys?.map((n) => names.lock(n))
      await pair.ask('release', (store) => locksOf(store).release(id, keys))
      return
    }
    case 'seize':
      await pair.ask('seize', async (store) =>
        [...(await locksOf(store).seize(step.keys.map((n) => names.lock(n))))].sort(),
      )
      return
    case 'passTurns': {
      const options = {
        limit: 1_000,
        error: { ...ERROR, attempt: 0, time: 0 },
        keep: { failed: 0, cancelled: 0 },
        turn: 0,
      }
      world.workersLeft = true
      await pair.ask('passing turns', async (store) => (await store.recover(options)).count)
    }
  }
}

/** What everybody holds. Of one store's numbers and times there is nothing to be said but whether there are any. */
export async function observeLocks(world: World): Promise<void> {
  if (!world.hasLocks) return
  const keys = world.names.locks
  await world.pair.ask('locks', async (store) => (await locksOf(store).list({ keys, limit: 1_000 })).map(seen))
}

async function acquire(world: World, step: LockStep & { do: 'acquire' }): Promise<void> {
  const holder = holderOf(world, step.holder)
  if (holder === null) return
  const acquisition = { id: randomUUID(), keys: step.keys.map((n) => world.names.lock(n)), holder }
  world.acquisitions.push(acquisition.id)
  const answered = (reply: AcquireReply) => ('locks' in reply ? { ...reply, locks: reply.locks.map(seen) } : reply)
  await world.pair.ask('acquire', (store) => locksOf(store).acquire(acquisition), answered)
}

function holderOf(world: World, plan: (LockStep & { do: 'acquire' })['holder']): LockHolder | null {
  if ('owner' in plan) return { owner: world.names.owner(plan.owner), ttl: LONG }
  const run = world.fence(plan)
  return run ? { run } : null
}

function locksOf(store: Store): Locks {
  return store.locks as Locks
}

function seen({ expiresAt, fence, ...lock }: HeldLock | LockRecord) {
  return { ...lock, expires: expiresAt !== null }
}
