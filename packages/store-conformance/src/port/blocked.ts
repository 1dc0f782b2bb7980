import assert from 'node:assert/strict'
import { type ClaimedJob, ownerOfRun } from '@jobs-worker/core/store'
import { ids, uniqueRule } from '../harness/jobs'
import { acquireAs, held, holders, keysOf, lockRequests, locksOf, Owner } from '../harness/locks'
import { cancelled, complete, fail, KEEP, postpone, release, retry } from '../harness/outcomes'
import { theJob } from '../harness/port-client'
import { recoverAll, recoverOptions } from '../harness/recover'
import type { Suite } from '../suite'

const can = { locks: true }
const needs = (...keys: readonly string[]) => ({ locks: lockRequests(...keys) })

/** Rule 12: jobs that wait for locks, and what becomes of them. */
export function blocked(suite: Suite): void {
  suite.test(
    '12.1 a job holds its locks while it runs; another that needs one of them is blocked, and queued when its turn comes',
    async (f) => {
      const client = await f.client()
      const worker = await f.worker()
      const [first, second, free] = await client.enqueue(needs('a', 'b'), needs('b', 'c'), needs('d'))
      assert.ok(first && second && free)
      const [one, three] = await worker.claim({ start: 5 })
      assert.ok(one && three)
      assert.deepEqual(ids([one, three]), [first.id, free.id])
      assert.deepEqual(await holders(client.store), { a: ownerOfRun(one), b: ownerOfRun(one), d: ownerOfRun(three) })
      const waiting = await theJob(client.store, second.id)
      assert.deepEqual([waiting.state, waiting.run, waiting.attempt, waiting.worker], ['blocked', 0, 0, null])
      assert.deepEqual(await worker.claim({ start: 5 }), [])
      await worker.settle(complete(one))
      assert.equal((await theJob(client.store, second.id)).state, 'queued')
      const next = await worker.claimOne()
      assert.deepEqual([next.id, next.run, next.attempt, next.reserved], [second.id, 1, 1, false])
      assert.deepEqual(await holders(client.store), { b: ownerOfRun(next), c: ownerOfRun(next), d: ownerOfRun(three) })
    },
    can,
  )

  suite.test(
    '12.2 however a run ends, its locks end with it, and the next has its turn',
    async (f) => {
      const client = await f.client()
      const worker = await f.worker()
      const endings = [complete, fail, cancelled, retry, postpone] as const
      for (const [n, end] of endings.entries()) {
        const key = `key-${n}`
        const [, next] = await client.enqueue(needs(key), needs(key))
        const [job] = await worker.claim({ start: 5 })
        assert.ok(job && next)
        assert.equal((await theJob(client.store, next.id)).state, 'blocked')
        await worker.settle(end(job))
        assert.deepEqual(await holders(client.store), {}, end.name)
        const [turn, ...others] = await worker.claim({ start: 1 })
        assert.deepEqual([turn?.id, others], [next.id, []], end.name)
        await worker.settle(complete(turn as ClaimedJob))
        for (const left of await worker.claim({ start: 5 })) await worker.settle(complete(left))
      }
    },
    can,
  )

  suite.test(
    '12.3 a job released after it began leaves its locks too: the one that waited has its turn, and then it is the first again',
    async (f) => {
      const client = await f.client()
      const worker = await f.worker()
      const [first, second] = await client.enqueue(needs('k'), needs('k'))
      const [job] = await worker.claim({ start: 5 })
      assert.ok(job && first && second)
      await worker.settle(release(job, 5))
      assert.deepEqual(await holders(client.store), {})
      const [turn, ...others] = await worker.claim({ start: 5 })
      assert.deepEqual([turn?.id, others], [second.id, []])
      await worker.settle(complete(turn as ClaimedJob))
      assert.equal((await worker.claimOne()).id, first.id)
    },
    can,
  )

  suite.test(
    '12.7 a lock held by name blocks jobs too, until it is released',
    async (f) => {
      const client = await f.client()
      const worker = await f.worker()
      const id = await new Owner(await f.another(), 'by hand').take('k')
      const job = await client.one(needs('k'))
      assert.deepEqual(await worker.claim({ start: 1 }), [])
      assert.equal((await theJob(client.store, job.id)).state, 'blocked')
      await locksOf(client.store).release(id)
      assert.equal((await worker.claimOne()).id, job.id)
      assert.equal((await new Owner(client.store).acquire(['k'])).outcome, 'held')
    },
    can,
  )

  suite.test(
    '12.8 a lock held by name that expires lets the job go on',
    async (f) => {
      const client = await f.client()
      const worker = await f.worker()
      await new Owner(client.store, 'gone', 1_000).take('k')
      const job = await client.one(needs('k'))
      assert.deepEqual(await worker.claim({ start: 1 }), [])
      for (;;) {
        await client.store.recover(recoverOptions())
        const [claimed] = await worker.claim({ start: 1 })
        if (claimed) {
          assert.equal(claimed.id, job.id)
          break
        }
      }
    },
    can,
  )

  suite.test(
    "12.9 the locks of a dead worker's runs end with its lease; a later run has new numbers",
    async (f) => {
      const client = await f.client()
      const dying = await f.worker({ leaseMs: 30 })
      const [first, second] = await client.enqueue(needs('k'), needs('k'))
      const [lost] = await dying.claim({ start: 5 })
      assert.ok(lost && first && second)
      const before = (await locksOf(client.store).list({ limit: 1 }))[0]
      await recoverAll(client.store, 1)
      assert.deepEqual(await holders(client.store), {})
      const worker = await f.worker()
      const [next] = await worker.claim({ start: 5 })
      assert.ok(next)
      const after = (await locksOf(client.store).list({ limit: 1 }))[0]
      assert.equal(after?.owner, ownerOfRun(next))
      assert.ok(before && after && after.fence > before.fence)
      await worker.settle(complete(next))
      assert.deepEqual(new Set([next.id, (await worker.claimOne()).id]), new Set([first.id, second.id]))
    },
    can,
  )

  suite.test(
    '12.10 jobs with locks are not reserved unless the claim says so',
    async (f) => {
      const client = await f.client()
      const worker = await f.worker()
      const [plain, locked, behind] = await client.enqueue({}, needs('k'), {})
      assert.ok(plain && locked && behind)
      assert.deepEqual(ids(await worker.claim({ start: 0, reserve: 3 })), [plain.id])
      assert.deepEqual(await worker.claim({ start: 0, reserve: 3 }), [])
      const claimed = await worker.claim({ start: 1, reserve: 3 })
      assert.deepEqual(
        claimed.map((job) => [job.id, job.reserved]),
        [
          [locked.id, false],
          [behind.id, true],
        ],
      )
    },
    can,
  )

  suite.test(
    '12.11 blocked jobs are counted, listed and shown as such',
    async (f) => {
      const client = await f.client()
      const worker = await f.worker()
      const jobs = await client.enqueue(needs('k'), needs('k'), { ...needs('k'), priority: 3 }, {})
      const running = await worker.claim({ start: 1 })
      assert.equal(running[0]?.id, jobs[2]?.id)
      await worker.claim({ start: 3 })
      const [queue] = await client.store.queues()
      assert.deepEqual([queue?.counts.blocked, queue?.counts.queued, queue?.counts.running], [2, 0, 2])
      const { jobs: listed, cursor } = await client.store.list({ states: ['blocked'], limit: 1 })
      assert.deepEqual([ids(listed), listed[0]?.state, listed[0]?.locks], [[jobs[0]?.id], 'blocked', lockRequests('k')])
      const rest = await client.store.list({ states: ['blocked'], limit: 5, cursor: cursor as string })
      assert.deepEqual([ids(rest.jobs), rest.cursor], [[jobs[1]?.id], null])
      const all = await client.store.list({ limit: 10, task: 'task' })
      assert.deepEqual(all.jobs.map(({ state }) => state).sort(), ['blocked', 'blocked', 'running', 'running'])
    },
    can,
  )

  suite.test(
    '12.12 a blocked job can be cancelled, removed and replaced, and holds nobody up then',
    async (f) => {
      const client = await f.client()
      const worker = await f.worker()
      const [, cancelledOne, removed] = await client.enqueue(needs('k'), needs('k', 'l'), needs('k', 'm'))
      const [replaced] = await client.enqueue({ ...needs('k', 'n'), unique: uniqueRule('u') })
      assert.ok(cancelledOne && removed && replaced)
      const [job] = await worker.claim({ start: 9 })
      assert.ok(job)
      const behind = await client.enqueue(needs('l'), needs('m'), needs('n'))
      assert.deepEqual(await worker.claim({ start: 9 }), [])
      assert.deepEqual(await client.store.makeDue([removed.id]), ['unchanged'])
      assert.deepEqual(await client.store.cancel([cancelledOne.id], KEEP), ['done'])
      assert.deepEqual(await client.store.remove([removed.id]), ['done'])
      assert.equal((await theJob(client.store, cancelledOne.id)).state, 'cancelled')
      assert.equal(await client.store.get(removed.id), null)
      assert.deepEqual(ids(await worker.claim({ start: 9 })), ids(behind.slice(0, 2)))
      const rule = uniqueRule('u', { onConflict: 'replace' })
      await client.one({ ...needs('o'), input: '"new"', unique: rule })
      const [last, moved] = await worker.claim({ start: 9 })
      assert.deepEqual([last?.id, moved?.id], [behind[2]?.id, replaced.id])
      assert.deepEqual([moved?.input, moved?.locks], ['"new"', lockRequests('o')])
      assert.deepEqual(await client.store.retry([cancelledOne.id]), ['done'])
      assert.deepEqual(await worker.claim({ start: 9 }), [])
      assert.equal((await theJob(client.store, cancelledOne.id)).state, 'blocked')
    },
    can,
  )

  suite.test(
    '12.15 locks that only the worker knew are stored before the run, and the job waits for them',
    async (f) => {
      const client = await f.client()
      const worker = await f.worker()
      await client.enqueue(needs('k'), { maxAttempts: null })
      const [holder, unknown] = await worker.claim({ start: 2 })
      assert.ok(holder && unknown)
      const fill = { maxAttempts: 4, keep: null, locks: lockRequests('k') }
      assert.deepEqual(await worker.settle({ ...release(unknown), fill }), [true])
      assert.deepEqual(await worker.claim({ start: 5 }), [])
      const job = await theJob(client.store, unknown.id)
      assert.deepEqual([job.state, job.attempt, job.maxAttempts, job.locks], ['blocked', 0, 4, lockRequests('k')])
      await worker.settle(complete(holder))
      assert.equal((await worker.claimOne()).id, unknown.id)
    },
    can,
  )

  suite.test(
    "12.16 a run may take more locks, its job's among them; the inner release frees none of those",
    async (f) => {
      const client = await f.client()
      const worker = await f.worker()
      await client.enqueue(needs('a'), needs('b'))
      const [job, other] = await worker.claim({ start: 2 })
      assert.ok(job && other)
      assert.deepEqual(await acquireAs(client.store, job, 'b'), { outcome: 'held' })
      assert.deepEqual(keysOf(held(await acquireAs(client.store, job, 'a', 'c'))), ['a', 'c'])
      const behind = await client.one(needs('c'))
      assert.deepEqual(await worker.claim({ start: 1 }), [])
      await worker.settle(complete(job))
      assert.equal((await worker.claimOne()).id, behind.id)
      assert.deepEqual(Object.keys(await holders(client.store)), ['b', 'c'])
    },
    can,
  )

  suite.test(
    '12.17 ten thousand jobs blocked on one key cost a claim of others nothing that can be measured',
    async (f) => {
      const client = await f.client()
      const worker = await f.worker({ lanes: ['locked', 'plain'] })
      await client.one({ task: 'locked', ...needs('hot') })
      const holder = await worker.claimOne()
      for (let n = 0; n < 10; n++) await client.enqueue(...Array(1_000).fill({ task: 'locked', ...needs('hot') }))
      for (let left = true; left; ) left = (await worker.exchange({ claim: worker.wanted({ start: 1_000 }) })).more
      const [queue] = await client.store.queues()
      assert.equal(queue?.counts.blocked, 10_000)
      await client.enqueue(...Array(200).fill({ task: 'plain' }))
      const time = async () => {
        const begun = performance.now()
        const claimed = await worker.claim({ start: 10 })
        assert.equal(claimed.length, 10)
        return performance.now() - begun
      }
      await time()
      const times: number[] = []
      for (let n = 0; n < 9; n++) times.push(await time())
      const median = times.sort((a, b) => a - b)[4] as number
      assert.ok(median < 100, `a claim took ${median} ms`)
      assert.equal((await locksOf(client.store).list({ limit: 5 })).length, 1)
      await worker.settle(complete(holder))
      assert.equal((await worker.claimOne()).task, 'locked')
    },
    { ...can, timeout: 120_000 },
  )
}
