import assert from 'node:assert/strict'
import type { Signal } from '@jobs-worker/core/store'
import { ids, newJob, newJobs, uniqueRule } from '../harness/jobs'
import { theJob } from '../harness/port-client'
import { Signalled } from '../harness/wait'
import type { Suite } from '../suite'

const coded = (code: string) => (error: unknown) => (error as { code?: unknown }).code === code

/** Rule 14: enqueueing in the caller's own transaction. */
export function transactions(suite: Suite): void {
  const can = { transactions: true, ways: ['begin'] } as const

  suite.test(
    '14.1 a store without transactions refuses tx',
    async (f) => {
      const store = await f.store()
      await assert.rejects(store.enqueueIn({}, [newJob()]), coded('JOBS_TX_UNSUPPORTED'))
      assert.deepEqual(await store.queues(), [])
    },
    { transactions: false },
  )

  suite.test(
    '14.2 committed means there, from then on',
    async (f) => {
      const client = await f.client()
      const worker = await f.worker()
      const jobs = newJobs(3)
      const transaction = await f.begin(client.store)
      const reply = await client.store.enqueueIn(transaction.tx, jobs)
      assert.deepEqual(
        reply.jobs.map(({ id, outcome }) => [id, outcome]),
        jobs.map(({ id }) => [id, 'created']),
      )
      await transaction.commit()
      assert.deepEqual(ids(await worker.claimAll()), ids(jobs))
    },
    can,
  )

  suite.test(
    '14.3 before the commit nobody sees the jobs',
    async (f) => {
      const client = await f.client()
      const worker = await f.worker()
      const job = newJob()
      const transaction = await f.begin(client.store)
      await client.store.enqueueIn(transaction.tx, [job])
      assert.equal(await client.store.get(job.id), null)
      assert.deepEqual(await worker.claim({ start: 5 }), [])
      await transaction.commit()
      assert.equal((await theJob(client.store, job.id)).state, 'queued')
    },
    { ...can, processes: 'many' },
  )

  suite.test(
    '14.4 rolled back means never there',
    async (f) => {
      const client = await f.client()
      const worker = await f.worker()
      const marker = 'rolled-back-marker'
      const job = newJob({ input: JSON.stringify({ marker }), unique: uniqueRule('key') })
      const later = newJob({ due: { delay: 3_600_000 } })
      const transaction = await f.begin(client.store)
      await client.store.enqueueIn(transaction.tx, [job])
      await client.store.enqueueIn(transaction.tx, [later])
      await transaction.rollback()
      assert.deepEqual([await client.store.get(job.id), await client.store.get(later.id)], [null, null])
      assert.deepEqual(await worker.claim({ start: 5 }), [])
      const counts = (await client.store.queues()).flatMap((queue) => Object.values(queue.counts))
      assert.deepEqual(
        counts.filter((count) => count !== 0),
        [],
      )
      const free = newJob({ unique: uniqueRule('key') })
      assert.equal((await client.send([free])).jobs[0]?.outcome, 'created')
      if (f.under.raw) assert.deepEqual(await f.raw(marker), [])
    },
    can,
  )

  suite.test(
    '14.5 a commit wakes waiting workers; a rollback does not',
    async (f) => {
      const client = await f.client()
      const store = await f.another()
      const woken = new Signalled<Signal>()
      let queues: (readonly string[] | null)[] = []
      f.onDispose(
        await store.subscribe((signal) => {
          if (signal.kind !== 'wake') return
          queues.push(signal.queues)
          if (signal.queues === null || signal.queues.includes('committed')) woken.give(signal)
        }),
      )
      const first = await f.begin(client.store)
      await client.store.enqueueIn(first.tx, [newJob({ queue: 'rolled-back' })])
      await first.rollback()
      queues = []
      const second = await f.begin(client.store)
      await client.store.enqueueIn(second.tx, [newJob({ queue: 'committed' })])
      await second.commit()
      await woken.wait('the wake-up of the commit')
      assert.ok(!queues.some((names) => names?.includes('rolled-back')))
    },
    can,
  )

  suite.test(
    '14.6 unique keys hold within the transaction and against what is there',
    async (f) => {
      const client = await f.client()
      const there = await client.one({ unique: uniqueRule('there') })
      const transaction = await f.begin(client.store)
      const [mine, twice, theirs] = [
        newJob({ unique: uniqueRule('mine') }),
        newJob({ unique: uniqueRule('mine') }),
        newJob({ unique: uniqueRule('there') }),
      ]
      const answers = [
        (await client.store.enqueueIn(transaction.tx, [mine])).jobs[0],
        (await client.store.enqueueIn(transaction.tx, [twice])).jobs[0],
        (await client.store.enqueueIn(transaction.tx, [theirs])).jobs[0],
      ]
      await transaction.commit()
      assert.deepEqual(
        answers.map((answer) => [answer?.id, answer?.outcome]),
        [
          [mine.id, 'created'],
          [mine.id, 'existing'],
          [there.id, 'existing'],
        ],
      )
    },
    can,
  )

  suite.test(
    '14.7 something else than a transaction of the driver is refused',
    async (f) => {
      const store = await f.store()
      for (const tx of [null, {}, 'tx', 7, { query: 'no function' }]) {
        await assert.rejects(store.enqueueIn(tx, [newJob()]), coded('JOBS_TX_UNSUPPORTED'))
      }
      assert.deepEqual(await (await f.worker()).claim({ start: 5 }), [])
    },
    can,
  )

  suite.test(
    '14.8 a transaction that failed disturbs no other request',
    async (f) => {
      const client = await f.client()
      const worker = await f.worker()
      const transaction = await f.begin(client.store)
      await client.store.enqueueIn(transaction.tx, [newJob()])
      await transaction.spoil()
      await transaction.rollback()
      const { id } = await client.one()
      assert.deepEqual(ids(await worker.claimAll()), [id])
    },
    can,
  )
}
