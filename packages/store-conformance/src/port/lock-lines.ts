import assert from 'node:assert/strict'
import type { ClaimedJob, Signal } from '@jobs-worker/core/store'
import { ids } from '../harness/jobs'
import { holders, lockRequests } from '../harness/locks'
import { complete } from '../harness/outcomes'
import { theJob } from '../harness/port-client'
import { recoverOptions } from '../harness/recover'
import { Signalled } from '../harness/wait'
import type { Suite } from '../suite'

const can = { locks: true }
const HOUR = 3_600_000
const needs = (...keys: readonly string[]) => ({ locks: lockRequests(...keys) })

/** Rule 12: whose turn it is. */
export function lockLines(suite: Suite): void {
  suite.test(
    '12.4 the lines are in order of priority, then due time, then joining, over all queues',
    async (f) => {
      const client = await f.client()
      const worker = await f.worker({ queues: ['q1', 'q2'] })
      const q1 = { queue: 'q1', ...needs('k') }
      const q2 = { queue: 'q2', ...needs('k') }
      const [holder] = await client.enqueue({ ...q1, priority: 0 })
      const first = await worker.claimOne()
      assert.equal(first.id, holder?.id)
      // Instants, for queues may be on servers with clocks of their own.
      const [now, past] = [{ due: { at: Date.now() - 1_000 } }, { due: { at: Date.now() - HOUR } }]
      const [late, urgent, other, old] = await client.enqueue(
        { ...q1, ...now },
        { ...q2, ...now, priority: 5 },
        { ...q2, ...now },
        { ...q2, ...past },
      )
      assert.deepEqual(
        await worker.claim({
          start: 9,
          queues: [
            { name: 'q1', limit: 9 },
            { name: 'q2', limit: 9 },
          ],
        }),
        [],
      )
      const order: string[] = []
      let running: ClaimedJob | undefined = first
      while (running) {
        await worker.settle(complete(running))
        running = (await worker.claim({ start: 9 }))[0]
        if (running) order.push(running.id)
      }
      assert.deepEqual(order, ids([urgent, old, late, other].map((job) => job as { id: string })))
    },
    can,
  )

  suite.test(
    '12.5 a job with many keys is not starved by equals that came later',
    async (f) => {
      const client = await f.client()
      const worker = await f.worker()
      await client.enqueue(needs('a'), needs('b'))
      const [a, b] = await worker.claim({ start: 2 })
      assert.ok(a && b)
      const both = await client.one(needs('a', 'b'))
      assert.deepEqual(await worker.claim({ start: 5 }), [])
      await worker.settle(complete(a))
      const later = await client.one(needs('a'))
      assert.deepEqual(await worker.claim({ start: 5 }), [])
      assert.equal((await theJob(client.store, later.id)).state, 'blocked')
      await worker.settle(complete(b))
      const next = await worker.claimOne()
      assert.equal(next.id, both.id)
      await worker.settle(complete(next))
      assert.equal((await worker.claimOne()).id, later.id)
    },
    can,
  )

  suite.test(
    '12.6 sets that overlap in any way end, without a deadlock',
    async (f) => {
      const client = await f.client()
      const workers = [await f.worker(), await f.worker({}, await f.another())]
      const keys = ['a', 'b', 'c']
      const sets = Array.from({ length: 40 }, (_, n) => keys.filter((_, k) => ((n % 7) + 1) & (1 << k)))
      await client.enqueue(...sets.map((set) => needs(...set.reverse())))
      let ended = 0
      for (let idle = 0; ended < sets.length; ) {
        const claims = await Promise.all(workers.map((worker) => worker.claim({ start: 3 })))
        const counts = new Map<string, number>()
        for (const { locks } of claims.flat()) for (const { key } of locks) counts.set(key, (counts.get(key) ?? 0) + 1)
        for (const [key, count] of counts) assert.equal(count, 1, `${count} hold ${key}`)
        for (const [n, claim] of claims.entries()) {
          if (claim.length > 0) await workers[n]?.settle(...claim.map((job) => complete(job)))
        }
        const done = claims.flat().length
        ended += done
        idle = done === 0 ? idle + 1 : 0
        assert.ok(idle < 50, `nothing runs although ${sets.length - ended} wait`)
      }
      assert.deepEqual(await holders(client.store), {})
    },
    can,
  )

  suite.test(
    '12.13 a turn that no claim took passes on, and the job keeps its place',
    async (f) => {
      const client = await f.client()
      const worker = await f.worker({ queues: ['open', 'shut'] })
      const [holder] = await client.enqueue({ queue: 'open', ...needs('k') })
      const job = await worker.claimOne()
      assert.equal(job.id, holder?.id)
      const [stuck] = await client.enqueue({ queue: 'shut', ...needs('k') })
      await worker.claim({ start: 5 })
      await worker.claim({ start: 5 })
      const [next, last] = await client.enqueue({ queue: 'open', ...needs('k') }, { queue: 'open', ...needs('k') })
      await worker.claim({ start: 5 })
      await worker.claim({ start: 5 })
      assert.ok(stuck && next && last)
      assert.equal((await theJob(client.store, stuck.id)).state, 'blocked')
      await client.store.pause('shut')
      await worker.settle(complete(job))
      assert.equal((await theJob(client.store, stuck.id)).state, 'queued')
      const none = [...(await worker.claim({ start: 5 })), ...(await worker.claim({ start: 5 }))]
      assert.deepEqual(none, [])
      assert.equal((await client.store.recover(recoverOptions({ turn: HOUR }))).count, 0)
      assert.equal((await theJob(client.store, next.id)).state, 'blocked')
      await client.store.recover(recoverOptions({ turn: 0 }))
      assert.equal((await theJob(client.store, next.id)).state, 'queued')
      assert.equal((await theJob(client.store, last.id)).state, 'blocked')
      const running = [...(await worker.claim({ start: 5 })), ...(await worker.claim({ start: 5 }))]
      assert.deepEqual(ids(running), [next.id])
      await client.store.resume('shut')
      assert.deepEqual([...(await worker.claim({ start: 5 })), ...(await worker.claim({ start: 5 }))], [])
      assert.equal((await theJob(client.store, stuck.id)).state, 'blocked')
      await worker.settle(complete(running[0] as ClaimedJob))
      assert.deepEqual(ids([...(await worker.claim({ start: 5 })), ...(await worker.claim({ start: 5 }))]), [stuck.id])
    },
    can,
  )

  suite.test(
    '12.14 a job whose turn has come goes ahead of what waits in its queue, and workers are woken',
    async (f) => {
      const client = await f.client()
      const worker = await f.worker({ queues: ['holds'] })
      const other = await f.worker({ queues: ['waits'] })
      await client.enqueue({ queue: 'holds', ...needs('k') })
      const job = await worker.claimOne()
      const [waiting] = await client.enqueue({ queue: 'waits', ...needs('k'), priority: 100 })
      assert.deepEqual(await other.claim({ start: 1 }), [])
      const plain = await client.enqueue({ queue: 'waits' }, { queue: 'waits', priority: 1 })
      const woken = new Signalled<Signal>()
      const listening = await f.another()
      f.onDispose(
        await listening.subscribe((signal) => {
          if (signal.kind === 'wake' && (signal.queues === null || signal.queues.includes('waits'))) woken.give(signal)
        }),
      )
      await worker.settle(complete(job))
      await woken.wait('the wake-up')
      assert.deepEqual(ids(await other.claim({ start: 5 })), ids([waiting as { id: string }, ...plain.reverse()]))
    },
    can,
  )
}
