import assert from 'node:assert/strict'
import { defineTask } from '@jobs-worker/core'
import { inState, theirJob } from '../harness/expect'
import { Signalled, until } from '../harness/wait'
import type { Suite } from '../suite'

/** Rule 15, faults: the way to the database breaks. */
export function faults(suite: Suite): void {
  const can = { ways: ['faulty'], timeout: 40_000 } as const

  suite.test(
    '15.60 connections that drop under load lose and repeat nothing',
    async (f) => {
      const runs = new Map<number, number>()
      const task = defineTask({ name: 'counted', run: (n: number) => void runs.set(n, (runs.get(n) ?? 0) + 1) })
      const faulty = await f.faulty()
      const jobs = await f.jobs({ tasks: [task] }, faulty.store)
      await jobs.worker({ concurrency: 5 }).start()
      const sent: Promise<{ readonly id: string }>[] = []
      for (let round = 0; round < 4; round++) {
        for (let n = 0; n < 50; n++) sent.push(jobs.enqueue(task, round * 50 + n))
        await faulty.cut()
        await sent[round * 50]
      }
      const all = await Promise.all(sent)
      assert.equal(new Set(all.map(({ id }) => id)).size, 200)
      for (const { id } of all) await inState(jobs, id, 'completed', 20_000)
      assert.equal(runs.size, 200)
      const counts = await jobs.counts()
      assert.equal(counts.default?.completed, 200)
      assert.deepEqual(
        [...runs.values()].filter((count) => count !== 1),
        [],
      )
    },
    can,
  )

  suite.test(
    '15.61 settlements are retried until they land',
    async (f) => {
      const began = new Signalled<true>()
      const go = new Signalled<true>()
      const task = defineTask({
        name: 'patient',
        async run() {
          began.give(true)
          await go.wait('the go', 20_000)
          return 'landed'
        },
      })
      const faulty = await f.faulty()
      const jobs = await f.jobs({ tasks: [task] }, faulty.store)
      const elsewhere = await f.jobs()
      const { id } = await elsewhere.enqueue('patient')
      const worker = jobs.worker()
      await worker.start()
      await began.wait('the run')
      await faulty.block()
      go.give(true)
      await until('the handler has ended', async () => worker.running.length === 0)
      assert.equal((await theirJob(elsewhere, id)).state, 'running')
      await faulty.heal()
      const ended = await inState(elsewhere, id, 'completed', 20_000)
      assert.deepEqual([ended.result, ended.run], ['landed', 1])
    },
    can,
  )

  suite.test(
    '15.62 a worker comes back by itself after the database was away, and is woken again',
    async (f) => {
      const task = defineTask({ name: 'after', run: () => 'back' })
      const faulty = await f.faulty()
      const jobs = await f.jobs({ tasks: [task] }, faulty.store)
      const elsewhere = await f.jobs()
      await jobs.worker().start()
      await (await elsewhere.enqueue('after')).result({ timeout: '8s' })
      await faulty.block()
      const job = await elsewhere.enqueue('after')
      await faulty.heal()
      assert.equal(await job.result({ timeout: '20s' }), 'back')
    },
    can,
  )

  suite.test(
    '15.63 an enqueue during an outage is stored once when the database is back',
    async (f) => {
      const faulty = await f.faulty()
      const jobs = await f.jobs({}, faulty.store)
      await jobs.open()
      await jobs.enqueue('first')
      await faulty.block()
      const waiting = Promise.all([jobs.enqueue('during'), jobs.enqueue('during'), jobs.enqueueMany('during', [1, 2])])
      await faulty.heal()
      await waiting
      const elsewhere = await f.jobs()
      assert.equal((await elsewhere.list({ task: 'during' })).jobs.length, 4)
    },
    can,
  )

  suite.test(
    '15.64 an enqueue whose answer was lost is stored once',
    async (f) => {
      const faulty = await f.faulty()
      const jobs = await f.jobs({}, faulty.store)
      await jobs.enqueue('warm-up')
      for (let n = 0; n < 3; n++) {
        await faulty.loseNextReply()
        await jobs.enqueue('lost-answer', n)
      }
      const elsewhere = await f.jobs()
      const listed = (await elsewhere.list({ task: 'lost-answer' })).jobs
      assert.deepEqual(
        listed.map(({ input }) => input),
        [0, 1, 2],
      )
    },
    can,
  )
}
