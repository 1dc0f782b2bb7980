import assert from 'node:assert/strict'
import { ownerOfRun } from '@jobs-worker/core/store'
import { ids, uniqueRule } from '../harness/jobs'
import { acquireAs, held, holders, lockRequests, Owner } from '../harness/locks'
import { cancelled, complete, KEEP, release } from '../harness/outcomes'
import { theJob } from '../harness/port-client'
import { LEASE_EXPIRED, recoverAll, recoverOptions } from '../harness/recover'
import type { Suite } from '../suite'

const can = { locks: true }
const HOUR = 3_600_000
const needs = (...keys: readonly string[]) => ({ locks: lockRequests(...keys) })
const two = { start: 0, reserve: 2, reserveLocked: 2 }

/** Rule 12: jobs with locks that wait in a worker's hands, and hold their locks there. */
export function reserveLocked(suite: Suite): void {
  suite.test(
    '12.20 the first of the reserved may have locks, and hold them; a claim ends before others',
    async (f) => {
      const client = await f.client()
      const [worker, other] = [await f.worker(), await f.worker()]
      const [a, plain, b, c, last] = await client.enqueue(needs('a'), {}, needs('b'), needs('c'), {})
      const some = { start: 1, reserve: 4, reserveLocked: 2 }
      const reply = await worker.exchange({ claim: worker.wanted(some) })
      const [one, two, three] = reply.claimed
      assert.ok(one && two && three)
      assert.deepEqual([ids(reply.claimed), reply.more], [ids([a, plain, b].map((job) => job as { id: string })), true])
      assert.deepEqual([one.reserved, three.reserved, three.state, three.attempt], [false, true, 'queued', 0])
      assert.deepEqual(await holders(client.store), { a: ownerOfRun(one), b: ownerOfRun(three) })
      const behind = await client.one({ ...needs('b'), priority: 1 })
      assert.deepEqual(ids(await other.claim({ start: 5 })), ids([c, last].map((job) => job as { id: string })))
      assert.equal((await theJob(client.store, behind.id)).state, 'blocked')
      assert.equal(await worker.start(three), true)
      assert.equal((await theJob(client.store, three.id)).attempt, 1)
      await worker.settle(complete(three))
      assert.deepEqual(ids(await other.claim({ start: 5 })), [behind.id])
    },
    can,
  )

  suite.test(
    '12.21 of jobs that share a lock one is reserved, and its end lets the same exchange claim the next',
    async (f) => {
      const client = await f.client()
      const worker = await f.worker()
      const jobs = await client.enqueue(needs('k'), needs('k'), needs('k'))
      const all = { start: 0, reserve: 3, reserveLocked: 3 }
      const [first, ...none] = await worker.claim(all)
      assert.deepEqual([first?.id, none], [jobs[0]?.id, []])
      const settle = first ? [complete(first)] : []
      const { claimed } = await worker.exchange({ settle, claim: worker.wanted(all) })
      assert.deepEqual(
        claimed.map(({ id, reserved }) => [id, reserved]),
        [[jobs[1]?.id, true]],
      )
    },
    can,
  )

  suite.test(
    '12.22 a reserved job that is given back gives its locks up and keeps its place, in its lines too',
    async (f) => {
      const client = await f.client()
      const [worker, other] = [await f.worker(), await f.worker({ queues: ['default', 'elsewhere'] })]
      const [first, second] = await client.enqueue(needs('k', 'l'), needs('k'))
      const [reserved] = await worker.claim(two)
      assert.ok(first && second && reserved)
      const [elsewhere] = await client.enqueue({ queue: 'elsewhere', ...needs('l') })
      await other.claim({ start: 1, queues: [{ name: 'elsewhere', limit: 1 }] })
      await worker.settle(release(reserved))
      assert.deepEqual(await holders(client.store), {})
      const job = await theJob(client.store, first.id)
      assert.deepEqual([job.state, job.run, job.attempt, job.errors], ['queued', 1, 0, []])
      assert.deepEqual(await other.claim({ start: 1, queues: [{ name: 'elsewhere', limit: 1 }] }), [])
      const again = await other.claim({ start: 1 })
      assert.deepEqual([ids(again), again[0]?.attempt], [[first.id], 1])
      assert.equal((await theJob(client.store, second.id)).state, 'blocked')
      await other.settle(...again.map((one) => complete(one)))
      assert.deepEqual(new Set(ids(await other.claimAll())), new Set([second.id, elsewhere?.id]))
    },
    can,
  )

  suite.test(
    '12.23 given back to a paused queue it holds others up no longer than a turn lasts',
    async (f) => {
      const client = await f.client()
      const worker = await f.worker({ queues: ['shut', 'open'] })
      const [first] = await client.enqueue({ queue: 'shut', ...needs('k') })
      const [reserved] = await worker.claim(two)
      const [next] = await client.enqueue({ queue: 'open', ...needs('k') })
      assert.deepEqual(await worker.claim(), [])
      assert.ok(reserved && first && next)
      await client.store.pause('shut')
      await worker.settle(release(reserved))
      assert.deepEqual(await worker.claim(), [])
      await client.store.recover(recoverOptions({ turn: HOUR }))
      assert.equal((await theJob(client.store, next.id)).state, 'blocked')
      await client.store.recover(recoverOptions({ turn: 0 }))
      const [running] = await worker.claim()
      assert.equal(running?.id, next.id)
      await client.store.resume('shut')
      assert.deepEqual(await worker.claimAll(), [])
      assert.equal((await theJob(client.store, first.id)).state, 'blocked')
      if (running) await worker.settle(complete(running))
      assert.equal((await worker.claimOne()).id, first.id)
    },
    can,
  )

  suite.test(
    '12.24 a reserved job with locks is cancelled or removed by its worker, like one that runs: nobody else runs meanwhile',
    async (f) => {
      const client = await f.client()
      const [worker, other] = [await f.worker(), await f.worker()]
      await client.enqueue(needs('a'), needs('b'))
      const [a, b] = await worker.claim(two)
      assert.ok(a && b)
      const behind = await client.enqueue(needs('a'), needs('b'))
      assert.deepEqual(await client.store.cancel([a.id], KEEP), ['requested'])
      assert.deepEqual(await client.store.remove([b.id]), ['requested'])
      assert.deepEqual(await other.claimAll(), [])
      assert.deepEqual(await holders(client.store), { a: ownerOfRun(a), b: ownerOfRun(b) })
      const beat = await worker.beat(a, b)
      assert.deepEqual([beat.lost, beat.cancelled], [[], [a.id, b.id]])
      assert.deepEqual(await worker.settle({ ...cancelled(a), ranFor: null }, release(b)), [true, true])
      const ended = await theJob(client.store, a.id)
      assert.deepEqual([ended.state, ended.attempt, ended.startedAt], ['cancelled', 0, null])
      assert.equal(await client.store.get(b.id), null)
      assert.deepEqual(ids(await other.claimAll()), ids(behind))
    },
    can,
  )

  suite.test(
    '12.25 the key of a reserved job with locks moves to the job that replaces it, as if it ran',
    async (f) => {
      const client = await f.client()
      const worker = await f.worker()
      const unique = uniqueRule('u', { onConflict: 'replace' })
      await client.one({ ...needs('k'), unique })
      const [reserved] = await worker.claim(two)
      assert.ok(reserved)
      const heir = await client.one({ ...needs('k'), unique, input: '"new"' })
      assert.notEqual(heir.id, reserved.id)
      assert.deepEqual(await worker.claimAll(), [])
      assert.deepEqual(await worker.settle(complete(reserved)), [true])
      assert.equal((await worker.claimOne()).id, heir.id)
    },
    can,
  )

  suite.test(
    "12.26 a dead worker's reserved jobs with locks return to their places at no cost, and their locks go; what was cancelled ends",
    async (f) => {
      const client = await f.client()
      const dying = await f.worker({ leaseMs: 30 })
      const [first, second, gone] = await client.enqueue(needs('k'), needs('k'), needs('g'))
      assert.ok(first && second && gone)
      assert.deepEqual(ids(await dying.claim(two)), [first.id, gone.id])
      await client.store.cancel([gone.id], KEEP)
      await recoverAll(client.store, 2)
      assert.deepEqual(await holders(client.store), {})
      assert.equal((await theJob(client.store, gone.id)).state, 'cancelled')
      const back = await theJob(client.store, first.id)
      assert.deepEqual([back.state, back.run, back.attempt, back.errors], ['queued', 1, 0, []])
      const worker = await f.worker()
      const [again, ...others] = await worker.claim({ start: 5 })
      assert.deepEqual([again?.id, again?.attempt, others], [first.id, 1, []])
      assert.equal((await theJob(client.store, second.id)).state, 'blocked')
    },
    can,
  )

  suite.test(
    '12.27 of a dead worker, jobs with locks that had begun cost an attempt, and may be reserved again',
    async (f) => {
      const client = await f.client()
      const dying = await f.worker({ leaseMs: 30 })
      const [job] = await client.enqueue(needs('k'))
      const [reserved] = await dying.claim(two)
      assert.ok(job && reserved)
      assert.equal(await dying.start(reserved), true)
      await recoverAll(client.store, 1)
      const lost = await theJob(client.store, job.id)
      assert.deepEqual([lost.attempt, lost.errors.map(({ name }) => name)], [1, [LEASE_EXPIRED.name]])
      const worker = await f.worker()
      const [again] = await worker.claim(two)
      assert.deepEqual([again?.id, again?.reserved, again?.attempt], [job.id, true, 1])
    },
    can,
  )

  suite.test(
    '12.28 given back it stands before all that are due with it, but behind one of another queue that was due before it',
    async (f) => {
      const client = await f.client()
      const worker = await f.worker({ queues: ['default', 'elsewhere'] })
      const wanted = { start: 0, reserve: 1, reserveLocked: 1 }
      const due = { at: Date.now() - HOUR }
      const [first] = await client.enqueue({ ...needs('k'), due })
      const [reserved] = await worker.claim({ ...wanted, queues: [{ name: 'default', limit: 1 }] })
      const [, late] = await client.enqueue(
        { queue: 'elsewhere', ...needs('k'), due },
        { queue: 'elsewhere', ...needs('k'), due: { at: due.at - 1 } },
      )
      assert.ok(first && reserved && late)
      assert.deepEqual(await worker.claim(wanted), [])
      await worker.settle(release(reserved))
      const [before] = await worker.claim(wanted)
      assert.equal(before?.id, late.id)
      await worker.settle(...(before ? [complete(before)] : []))
      assert.deepEqual(ids(await worker.claim({ start: 3 })), [first.id])
    },
    can,
  )

  suite.test(
    '12.29 a job that turns out to be blocked takes none of the bytes of a claim',
    async (f) => {
      const client = await f.client()
      const worker = await f.worker({ queues: ['p', 'q'] })
      await client.one({ queue: 'p', ...needs('k') })
      await worker.claimOne()
      const input = JSON.stringify('x'.repeat(998))
      const [waits, free] = await client.enqueue({ queue: 'p', ...needs('k'), input }, { queue: 'q', input })
      assert.ok(waits && free)
      assert.deepEqual(ids(await worker.claim({ start: 2, maxBytes: 1_500 })), [free.id])
      assert.equal((await theJob(client.store, waits.id)).state, 'blocked')
    },
    can,
  )

  suite.test(
    '12.30 given back by its worker, it lets those go at once that stand before it',
    async (f) => {
      const client = await f.client()
      const [worker, other] = [await f.worker(), await f.worker()]
      await client.enqueue(needs('a', 'b'))
      const [reserved] = await worker.claim(two)
      assert.ok(reserved)
      const urgent = await client.one({ priority: -1, ...needs('a') })
      assert.deepEqual(await other.claimAll(), [])
      await worker.settle(release(reserved))
      const [first, ...others] = await other.claimAll()
      assert.deepEqual([first?.id, others], [urgent.id, []])
      if (first) await other.settle(complete(first))
      assert.equal((await other.claimOne()).id, reserved.id)
    },
    can,
  )

  suite.test(
    '12.31 a reserved job that asked for more locks in vain is cancelled at once; not one that has some',
    async (f) => {
      const client = await f.client()
      const worker = await f.worker()
      await client.enqueue(needs('a'), {}, {}, {})
      const [own, none, later, tried] = await worker.claim({ start: 0, reserve: 4, reserveLocked: 4 })
      assert.ok(own && none && later && tried)
      await new Owner(client.store).take('k')
      const asked = [own, none, later, tried]
      for (const one of asked) assert.deepEqual(await acquireAs(client.store, one, 'k', 'l'), { outcome: 'held' })
      held(await acquireAs(client.store, later, 'l'))
      assert.deepEqual(await acquireAs(client.store, later, 'k'), { outcome: 'held' })
      assert.deepEqual(await acquireAs(client.store, tried, 'a'), { outcome: 'held' })
      const verdicts = await client.store.cancel(ids(asked), KEEP)
      assert.deepEqual(verdicts, ['requested', 'done', 'requested', 'done'])
      const beat = await worker.beat(...asked)
      assert.deepEqual([beat.lost, beat.cancelled], [ids([none, tried]), ids([own, later])])
    },
    can,
  )
}
