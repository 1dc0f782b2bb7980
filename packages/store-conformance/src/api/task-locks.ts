import assert from 'node:assert/strict'
import { defineTask } from '@jobs-worker/core'
import { inState, theirJob, withCode } from '../harness/expect'
import { Signalled } from '../harness/wait'
import type { Suite } from '../suite'

const can = { locks: true }

interface Transfer {
  readonly from: string
  readonly to: string
}

/** A task that needs two accounts, and tells when it begins; it goes on when it is let. */
function transfers(log: string[], gate: (n: string) => Promise<void>) {
  return defineTask({
    name: 'transfer',
    locks: ({ from, to }: Transfer) => [from, to].map((account) => `account:${account}`),
    async run({ from, to }: Transfer) {
      log.push(`begin ${from}${to}`)
      await gate(`${from}${to}`)
      log.push(`end ${from}${to}`)
    },
  })
}

/** Rule 12: locks that tasks name. */
export function taskLocks(suite: Suite): void {
  suite.test(
    '12.50 jobs that share a lock run one after the other, others beside them, on any worker',
    async (f) => {
      const log: string[] = []
      const open = new Signalled<true>()
      const begun = new Signalled<true>()
      const gate = async (n: string) => {
        if (n !== 'ab') return
        begun.give(true)
        await open.wait('the gate')
      }
      const task = transfers(log, gate)
      const [jobs, elsewhere] = [await f.jobs({ tasks: [task] }), await f.jobs({ tasks: [task] })]
      await Promise.all([jobs.worker().start(), elsewhere.worker().start()])
      const first = await jobs.enqueue(task, { from: 'a', to: 'b' })
      await begun.wait('the first run')
      const second = await jobs.enqueue(task, { from: 'b', to: 'c' })
      const free = await jobs.enqueue(task, { from: 'd', to: 'e' })
      await free.result({ timeout: '10s' })
      const waiting = await inState(jobs, second.id, 'blocked')
      assert.deepEqual(waiting.locks, ['account:b', 'account:c'])
      assert.equal((await jobs.counts()).default?.blocked, 1)
      open.give(true)
      await Promise.all([first.result({ timeout: '10s' }), second.result({ timeout: '10s' })])
      assert.ok(log.indexOf('begin bc') > log.indexOf('end ab'), log.join(', '))
    },
    can,
  )

  suite.test(
    '12.51 a blocked job starts as soon as its turn has come',
    async (f) => {
      const ends: number[] = []
      const begins: number[] = []
      const task = defineTask({
        name: 'one-at-a-time',
        locks: () => ['the one'],
        async run(_: number) {
          begins.push(performance.now())
          await new Promise((resolve) => setTimeout(resolve, 5))
          ends.push(performance.now())
        },
      })
      const jobs = await f.jobs({ tasks: [task], pollInterval: '10s' })
      const sent = await jobs.enqueueMany(
        task,
        Array.from({ length: 20 }, (_, n) => n),
      )
      await jobs.worker().start()
      await Promise.all(sent.map((job) => job.result({ timeout: '20s' })))
      const waits = begins.slice(1).map((begin, n) => begin - (ends[n] as number))
      assert.ok(
        waits.every((wait) => wait >= 0 && wait < 2_000),
        `${waits.map(Math.round)}`,
      )
    },
    can,
  )

  suite.test(
    "12.52 locks of a job whose enqueuer did not know its task are those of the worker's definition",
    async (f) => {
      const open = new Signalled<true>()
      const begun = new Signalled<true>()
      const order: string[] = []
      const task = defineTask({
        name: 'elsewhere',
        maxAttempts: 2,
        locks: (input: { key: string; n: number }) => [input.key],
        async run({ n }, ctx) {
          order.push(`begin ${n}`)
          assert.equal((await ctx.locks.list())[0]?.key, 'k')
          assert.equal(ctx.attempt, 1)
          if (n === 1) {
            begun.give(true)
            await open.wait('the gate')
          }
          order.push(`end ${n}`)
        },
      })
      const [client, jobs] = [await f.jobs(), await f.jobs({ tasks: [task] })]
      const first = await client.enqueue('elsewhere', { key: 'k', n: 1 })
      await jobs.worker({ concurrency: 4 }).start()
      await begun.wait('the first run')
      const second = await client.enqueue('elsewhere', { key: 'k', n: 2 }, { maxAttempts: 5 })
      const waiting = await inState(client, second.id, 'blocked')
      assert.deepEqual([waiting.locks, waiting.attempt, waiting.maxAttempts], [['k'], 0, 5])
      open.give(true)
      await Promise.all([first, second].map((job) => job.result({ timeout: '10s' })))
      assert.deepEqual(order, ['begin 1', 'end 1', 'begin 2', 'end 2'])
      assert.equal((await theirJob(client, first.id)).maxAttempts, 2)
    },
    can,
  )

  suite.test(
    '12.53 by hand too: processNext runs a job whose locks only the worker knew',
    async (f) => {
      const ran: number[] = []
      const task = defineTask({ name: 'by-hand', locks: () => ['k'], run: (n: number) => void ran.push(n) })
      const [client, jobs] = [await f.jobs(), await f.jobs({ tasks: [task] })]
      const job = await client.enqueue('by-hand', 7)
      const worker = jobs.worker()
      assert.equal(await worker.processNext(), true)
      assert.deepEqual([ran, (await theirJob(jobs, job.id)).state], [[7], 'completed'])
      assert.equal(await worker.processNext(), false)
    },
    can,
  )

  suite.test(
    '12.54 locks that cannot be told of the input are refused at enqueue, or fail the job where only the worker could tell',
    async (f) => {
      const task = defineTask({
        name: 'bad-locks',
        locks: (input: string[]) => input,
        run: () => assert.fail('it ran'),
      })
      const [client, jobs] = [await f.jobs(), await f.jobs({ tasks: [task] })]
      for (const keys of [['a', 'a'], [''], ['x'.repeat(201)], ['\0']]) {
        await assert.rejects(jobs.enqueue(task, keys), withCode('JOBS_INVALID'))
      }
      const job = await client.enqueue('bad-locks', ['a', 'a'])
      await jobs.worker().drain()
      const failed = await theirJob(jobs, job.id)
      assert.deepEqual([failed.state, failed.errors[0]?.code], ['failed', 'JOBS_INVALID'])
    },
    can,
  )

  suite.test(
    '12.55 a handler may take more locks, nested in those of its task, and they end with its run',
    async (f) => {
      const open = new Signalled<true>()
      const begun = new Signalled<true>()
      const task = defineTask({
        name: 'takes-more',
        locks: () => ['account:1'],
        async run(_: undefined, ctx) {
          {
            await using more = await ctx.locks.acquire(['account:1', 'account:2'])
            assert.deepEqual(more && [...more].map(({ key }) => key), ['account:1', 'account:2'])
          }
          assert.deepEqual(
            (await ctx.locks.list()).map(({ key, job }) => [key, job]),
            [['account:1', ctx.job.id]],
          )
          const kept = await ctx.locks.acquire(['account:3'], { wait: '5s' })
          assert.equal(kept?.signal, ctx.signal)
          begun.give(true)
          await open.wait('the gate')
        },
      })
      const jobs = await f.jobs({ tasks: [task] })
      const job = await jobs.enqueue(task)
      await jobs.worker().start()
      await begun.wait('the run')
      assert.equal(await jobs.locks.acquire(['account:3']), null)
      assert.deepEqual(await jobs.locks.release(['account:3']), [])
      const waiting = jobs.locks.acquire(['account:1', 'account:3'], { wait: '10s' })
      open.give(true)
      await job.result({ timeout: '10s' })
      assert.ok((await waiting) !== null)
    },
    can,
  )

  suite.test(
    '12.56 cancelling a running job frees its locks when it has ended',
    async (f) => {
      const began = new Signalled<true>()
      const task = defineTask({
        name: 'long',
        locks: () => ['k'],
        run: (n: number, ctx) => {
          if (n === 2) return
          began.give(true)
          return new Promise<void>((_, reject) => ctx.signal.addEventListener('abort', () => reject(ctx.signal.reason)))
        },
      })
      const jobs = await f.jobs({ tasks: [task] })
      const [first, second] = await jobs.enqueueMany(task, [1, 2])
      await jobs.worker().start()
      await began.wait('the run')
      await jobs.cancel(first?.id as string)
      await second?.result({ timeout: '10s' })
      assert.equal((await theirJob(jobs, first?.id as string)).state, 'cancelled')
      assert.deepEqual(await jobs.locks.list(), [])
    },
    can,
  )

  suite.test(
    '12.58 a worker that is drained runs also those whose turn comes meanwhile',
    async (f) => {
      const task = defineTask({ name: 'in-turn', locks: () => ['the one'], run: (n: number) => n })
      const jobs = await f.jobs({ tasks: [task] })
      await jobs.enqueueMany(task, [1, 2, 3, 4, 5, 6, 7, 8])
      await jobs.worker({ concurrency: 8 }).drain()
      assert.equal((await jobs.counts()).default?.completed, 8)
    },
    can,
  )

  suite.test(
    '12.57 a store without locks refuses jobs with locks',
    async (f) => {
      const task = defineTask({ name: 'locked', locks: () => ['k'], run: () => assert.fail('it ran') })
      const [client, jobs] = [await f.jobs(), await f.jobs({ tasks: [task] })]
      await assert.rejects(jobs.enqueue(task), withCode('JOBS_LOCKS_UNSUPPORTED'))
      await assert.rejects(jobs.enqueueMany(task, [undefined]), withCode('JOBS_LOCKS_UNSUPPORTED'))
      const job = await client.enqueue('locked')
      await jobs.worker().drain()
      const failed = await theirJob(jobs, job.id)
      assert.deepEqual([failed.state, failed.errors[0]?.code], ['failed', 'JOBS_LOCKS_UNSUPPORTED'])
    },
    { locks: false },
  )
}
