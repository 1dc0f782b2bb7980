import assert from 'node:assert/strict'
import { defineTask } from '@jobs-worker/core'
import { theirJob, withCode } from '../harness/expect'
import type { Suite } from '../suite'

/** Rules 14 and 15, in the hands of users. */
export function callersTransactions(suite: Suite): void {
  const can = { transactions: true, ways: ['begin'] } as const

  suite.test(
    '14.50 enqueue with tx on a store without transactions is refused',
    async (f) => {
      const jobs = await f.jobs()
      await assert.rejects(jobs.enqueue('t', 1, { tx: {} }), withCode('JOBS_TX_UNSUPPORTED'))
    },
    { transactions: false },
  )

  suite.test(
    '14.51 a job enqueued in a transaction runs after the commit, by a worker that waited',
    async (f) => {
      const task = defineTask({ name: 'in-tx', run: (n: number) => n + 1 })
      const jobs = await f.jobs({ tasks: [task] })
      const store = await f.store()
      await jobs.worker({ pollInterval: '1m' }).start()
      const transaction = await f.begin(store)
      const client = await f.jobs({}, store)
      const job = await client.enqueue('in-tx', 1, { tx: transaction.tx })
      const many = await client.enqueueMany('in-tx', [2, 3], { tx: transaction.tx })
      await transaction.commit()
      assert.equal(await job.result({ timeout: '8s' }), 2)
      assert.deepEqual(await Promise.all(many.map((one) => one.result({ timeout: '8s' }))), [3, 4])
    },
    can,
  )

  suite.test(
    '14.52 what was rolled back never runs',
    async (f) => {
      const jobs = await f.jobs({}, await f.store())
      const transaction = await f.begin(await f.store())
      const job = await jobs.enqueue('in-tx', 1, { tx: transaction.tx })
      await transaction.rollback()
      assert.equal(await jobs.get(job.id), null)
    },
    can,
  )

  suite.test(
    '15.50 a handler that aborts its own transaction disturbs no settlement',
    async (f) => {
      const store = await f.store()
      const task = defineTask({
        name: 'aborts',
        maxAttempts: 2,
        retry: { delay: 0 },
        async run(n: number, ctx) {
          const transaction = await f.begin(store)
          await ctx.jobs.enqueue('never', n, { tx: transaction.tx })
          await transaction.spoil()
          await transaction.rollback()
          if (ctx.attempt === 1) throw new Error('the statement failed')
          return n
        },
      })
      const jobs = await f.jobs({ tasks: [task] }, store)
      const sent = await jobs.enqueueMany(task, [1, 2, 3])
      await jobs.worker({ concurrency: 1 }).drain()
      for (const [n, job] of sent.entries()) {
        assert.equal(await job.result(), n + 1)
        assert.equal((await theirJob(jobs, job.id)).errors.length, 1)
      }
      assert.deepEqual((await jobs.list({ task: 'never' })).jobs, [])
    },
    can,
  )

  suite.test(
    '15.51 two jobs that abort their own transaction run once each, in order, and a counter that they share ends at 2',
    async (f) => {
      const store = await f.store()
      const ran: number[] = []
      let counter = 0
      const task = defineTask({
        name: 'aborts',
        async run(n: number) {
          ran.push(n)
          counter++
          const transaction = await f.begin(store)
          await transaction.spoil()
          await transaction.rollback()
        },
      })
      const jobs = await f.jobs({ tasks: [task] }, store)
      const sent = await jobs.enqueueMany(task, [1, 2])
      await jobs.worker({ concurrency: 1 }).drain()
      assert.deepEqual([ran, counter], [[1, 2], 2])
      for (const { id } of sent) {
        const { state, attempt } = await theirJob(jobs, id)
        assert.deepEqual([state, attempt], ['completed', 1])
      }
    },
    can,
  )
}
