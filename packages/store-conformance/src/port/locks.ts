import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { ownerOfRun, type Signal } from '@jobs-worker/core/store'
import { acquireAs, held, holders, keysOf, locksOf, Owner } from '../harness/locks'
import { complete, retry } from '../harness/outcomes'
import { recoverAll, recoverOptions } from '../harness/recover'
import { Signalled, until } from '../harness/wait'
import type { Suite } from '../suite'

const can = { locks: true }

/** Rule 11: locks at the port. */
export function locks(suite: Suite): void {
  suite.test(
    '11.1 all keys or none: a failed acquisition changes nothing that the owner had',
    async (f) => {
      const store = await f.store()
      const [a, b] = [new Owner(store, 'a'), new Owner(await f.another(), 'b')]
      await a.take('k1')
      await b.take('k3')
      const before = await locksOf(store).list({ limit: 10 })
      assert.deepEqual(await b.acquire(['k1', 'k2', 'k4']), { outcome: 'held' })
      assert.deepEqual(await locksOf(store).list({ limit: 10 }), before)
      assert.deepEqual(keysOf(held(await a.acquire(['k2', 'k4']))), ['k1', 'k2', 'k4'])
    },
    can,
  )

  suite.test(
    '11.2 of any number who ask for overlapping keys at once one gets them, and no two hold a key',
    async (f) => {
      const [one, two] = [await f.store(), await f.another()]
      const replies = await Promise.all(
        Array.from({ length: 40 }, async (_, n) => {
          const keys = ['shared', `own-${n}`].sort(() => (n % 2 ? 1 : -1))
          return (await new Owner(n % 2 ? one : two, `owner-${n}`).acquire(keys)).outcome
        }),
      )
      assert.equal(replies.filter((outcome) => outcome === 'acquired').length, 1)
      assert.equal(Object.keys(await holders(one)).length, 2)
    },
    can,
  )

  suite.test(
    '11.3 the same owner asking again is told all that it holds; the inner release frees only what the outer does not need',
    async (f) => {
      const store = await f.store()
      const owner = new Owner(store, 'me')
      const outer = await owner.take('a', 'b')
      const id = randomUUID()
      assert.deepEqual(keysOf(held(await owner.acquire(['b', 'c'], id))), ['a', 'b', 'c'])
      assert.equal(await locksOf(store).release(id), 2)
      assert.deepEqual(await holders(store), { a: 'me', b: 'me' })
      await locksOf(store).release(outer)
      assert.deepEqual(await holders(store), {})
    },
    can,
  )

  suite.test(
    '11.4 what the inner call still needs stays when the outer one is released first',
    async (f) => {
      const store = await f.store()
      const owner = new Owner(store, 'me')
      const outer = await owner.take('a', 'b')
      const inner = await owner.take('b', 'c')
      await locksOf(store).release(outer)
      assert.deepEqual(await holders(store), { b: 'me', c: 'me' })
      await locksOf(store).release(inner)
      assert.deepEqual(await holders(store), {})
    },
    can,
  )

  suite.test(
    '11.5 each lock of an acquisition can be released alone, once',
    async (f) => {
      const store = await f.store()
      const id = await new Owner(store, 'me').take('a', 'b', 'c')
      assert.equal(await locksOf(store).release(id, ['b', 'no such']), 1)
      assert.deepEqual(await holders(store), { a: 'me', c: 'me' })
      assert.equal(await locksOf(store).release(id, ['b']), 0)
      assert.equal(await locksOf(store).release(id), 2)
      assert.equal(await locksOf(store).release(randomUUID()), 0)
    },
    can,
  )

  suite.test(
    '11.6 a resend is the same acquisition',
    async (f) => {
      const store = await f.store()
      const owner = new Owner(store, 'me')
      const id = randomUUID()
      const first = held(await owner.acquire(['a', 'b'], id))
      const again = held(await owner.acquire(['a', 'b'], id))
      assert.deepEqual(
        again.map(({ key, fence }) => [key, fence]),
        first.map(({ key, fence }) => [key, fence]),
      )
      assert.equal(await locksOf(store).release(id), 2)
      assert.deepEqual(await holders(store), {})
    },
    can,
  )

  suite.test(
    '11.7 the fencing number of a key grows with every owner, and is at least the time in microseconds',
    async (f) => {
      const store = await f.store()
      const now = Date.now() * 1_000
      let last = 0
      for (let n = 0; n < 20; n++) {
        const id = randomUUID()
        const [lock] = held(await new Owner(store, `owner-${n}`).acquire(['k'], id))
        assert.ok(lock && lock.fence > last, `${lock?.fence} after ${last}`)
        last = lock.fence
        await locksOf(store).release(id)
      }
      // Clocks of one machine, read in two ways.
      assert.ok(last >= now - 5_000, `${last} is before ${now}`)
      assert.ok(Number.isSafeInteger(last))
    },
    can,
  )

  suite.test(
    "11.8 a lock ends at its ttl, on the store's clock, and is then anybody's; extending holds it",
    async (f) => {
      const store = await f.store()
      const [short, other] = [new Owner(store, 'short', 5_000), new Owner(store, 'other')]
      const id = await short.take('k', 'l')
      const fence = (await locksOf(store).list({ limit: 1 }))[0]?.fence as number
      assert.deepEqual(await locksOf(store).extend(id, 60_000), ['k', 'l'])
      await locksOf(store).release(id, ['l'])
      assert.deepEqual(await locksOf(store).extend(id, 1_000), ['k'])
      assert.deepEqual((await other.acquire(['k'])).outcome, 'held')
      const taken = await until('it expires', async () => {
        const reply = await other.acquire(['k'])
        return reply.outcome === 'acquired' && reply.locks
      })
      assert.ok((taken[0]?.fence ?? 0) > fence)
      assert.deepEqual(await locksOf(store).extend(id, 60_000), [])
      assert.equal(await locksOf(store).release(id), 0)
      assert.deepEqual(await holders(store), { k: 'other' })
    },
    can,
  )

  suite.test(
    '11.9 what has expired is not listed, and recover clears it away',
    async (f) => {
      const store = await f.store()
      const id = await new Owner(store, 'short', 20).take('k')
      await until('it expires', async () => (await locksOf(store).list({ limit: 10 })).length === 0)
      assert.equal((await store.recover(recoverOptions())).count, 0)
      assert.deepEqual(await locksOf(store).extend(id, 60_000), [])
    },
    can,
  )

  suite.test(
    '11.10 locks are listed by key in pages, of an owner, and of keys',
    async (f) => {
      const store = await f.store()
      await new Owner(store, 'a').take('k3', 'k1', 'k5')
      await new Owner(store, 'b').take('k2', 'k4')
      const list = async (filter: object) => keysOf(await locksOf(store).list({ limit: 10, ...filter }))
      assert.deepEqual(await list({}), ['k1', 'k2', 'k3', 'k4', 'k5'])
      assert.deepEqual(await list({ limit: 2 }), ['k1', 'k2'])
      assert.deepEqual(await list({ limit: 2, after: 'k2' }), ['k3', 'k4'])
      assert.deepEqual(await list({ owner: 'a' }), ['k1', 'k3', 'k5'])
      assert.deepEqual(await list({ owner: 'a', after: 'k1', limit: 1 }), ['k3'])
      assert.deepEqual(await list({ keys: ['k5', 'k2', 'none'] }), ['k2', 'k5'])
      assert.deepEqual(await list({ owner: 'nobody' }), [])
    },
    can,
  )

  suite.test(
    '11.11 names of all of Unicode are keys and owners',
    async (f) => {
      const store = await f.store()
      const keys = ['"quoted"', "a'b", 'back\\slash', 'br{ace}s', 'co,mma', 'new\nline', 'ümlaut \u{1f600}', '%s:*']
      const id = await new Owner(store, 'ow"n{e}r,\n').take(...keys)
      assert.deepEqual(await holders(store), Object.fromEntries(keys.map((key) => [key, 'ow"n{e}r,\n'])))
      assert.equal(await locksOf(store).release(id), keys.length)
    },
    can,
  )

  suite.test(
    '11.12 giving up locks is told to all processes',
    async (f) => {
      const store = await f.store()
      const heard = new Signalled<Signal>()
      const other = await f.another()
      f.onDispose(await other.subscribe((signal) => signal.kind === 'unlocked' && heard.give(signal)))
      await locksOf(store).release(await new Owner(store).take('k'))
      await heard.wait('the signal')
    },
    can,
  )

  suite.test(
    '11.13 locks are taken from owners by name, not from runs',
    async (f) => {
      const client = await f.client()
      const worker = await f.worker()
      await client.one()
      const job = await worker.claimOne()
      held(await acquireAs(client.store, job, 'mine'))
      const id = await new Owner(client.store, 'gone').take('k', 'l')
      await new Owner(client.store, 'late').take('j')
      assert.deepEqual(await locksOf(client.store).seize(['k', 'mine', 'free', 'j']), ['k', 'j'])
      assert.deepEqual(await holders(client.store), { l: 'gone', mine: ownerOfRun(job) })
      assert.deepEqual(await locksOf(client.store).extend(id, 1_000), ['l'])
    },
    can,
  )

  suite.test(
    '11.14 a run holds what it acquires until it ends, and no longer',
    async (f) => {
      const client = await f.client()
      const worker = await f.worker()
      await client.enqueue({}, {})
      const [first, second] = await worker.claim({ start: 2 })
      assert.ok(first && second)
      const locks = held(await acquireAs(client.store, first, 'a', 'b'))
      assert.deepEqual(
        locks.map(({ key, expiresAt }) => [key, expiresAt]),
        [
          ['a', null],
          ['b', null],
        ],
      )
      assert.deepEqual((await acquireAs(client.store, second, 'b', 'c')).outcome, 'held')
      assert.deepEqual(keysOf(held(await acquireAs(client.store, second, 'c'))), ['c'])
      await worker.settle(retry(first))
      assert.deepEqual(await holders(client.store), { c: ownerOfRun(second) })
      await worker.settle(complete(second))
      assert.deepEqual(await holders(client.store), {})
    },
    can,
  )

  suite.test(
    '11.15 a run that has lost its lease can lock nothing, and its locks are gone',
    async (f) => {
      const client = await f.client()
      const dying = await f.worker({ leaseMs: 30 })
      await client.one()
      const lost = await dying.claimOne()
      held(await acquireAs(client.store, lost, 'k'))
      await recoverAll(client.store, 1)
      assert.deepEqual(await holders(client.store), {})
      assert.deepEqual(await acquireAs(client.store, lost, 'k'), { outcome: 'lost' })
      const again = await (await f.worker()).claimOne()
      assert.ok(again.run > lost.run)
      assert.deepEqual(keysOf(held(await acquireAs(client.store, again, 'k'))), ['k'])
      assert.deepEqual(again.locks, [])
    },
    can,
  )
}
