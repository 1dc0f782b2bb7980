import assert from 'node:assert/strict'
import { CancelledError, defineTask } from '@jobs-worker/core'
import { inState, theirJob, withCode } from '../harness/expect'
import { intercepted } from '../harness/intercept'
import { Signalled } from '../harness/wait'
import type { Suite } from '../suite'

/** Rules 8, 9, 10: telling jobs and queues to stop. */
export function control(suite: Suite): void {
  suite.test('8.50 cancelling a running job aborts its signal within a second, on any worker', async (f) => {
    const began = new Signalled<true>()
    const aborted = new Signalled<unknown>()
    const task = defineTask({
      name: 'cancelled',
      async run(_: undefined, ctx) {
        ctx.signal.addEventListener('abort', () => aborted.give(ctx.signal.reason))
        began.give(true)
        await aborted.wait('the abort')
        return 'completed all the same'
      },
    })
    const jobs = await f.jobs({ tasks: [task] })
    const elsewhere = await f.jobs()
    const job = await jobs.enqueue(task)
    await jobs.worker().start()
    await began.wait('the run')
    const answered = await elsewhere.cancel(job.id)
    assert.equal(answered.id, job.id)
    assert.ok((await aborted.wait('the abort', 1_000)) instanceof CancelledError)
    await assert.rejects(job.result({ timeout: '5s' }), withCode('JOBS_CANCELLED'))
    const ended = await inState(elsewhere, job.id, 'cancelled')
    assert.deepEqual([ended.result, ended.worker], [null, null])
  })

  suite.test(
    '8.51 cancel answers the job, leaves one that has ended, and throws for one that is not there',
    async (f) => {
      const task = defineTask({ name: 'plain', run: () => 'done' })
      const jobs = await f.jobs({ tasks: [task] })
      const [waiting, done] = [await jobs.enqueue(task, undefined, { delay: '1h' }), await jobs.enqueue(task)]
      assert.equal((await jobs.cancel(waiting.id)).state, 'cancelled')
      await jobs.worker().drain()
      assert.equal((await jobs.cancel(done.id)).state, 'completed')
      await assert.rejects(jobs.cancel('018f0000-0000-7000-8000-000000000000'), withCode('JOBS_NOT_FOUND'))
      await assert.rejects(waiting.result(), withCode('JOBS_CANCELLED'))
    },
  )

  suite.test(
    '9.53 after a cancel the run is settled when the handler ends or after the grace, as cancelled',
    async (f) => {
      const began = new Signalled<true>()
      const deaf = defineTask({
        name: 'deaf',
        run: () => {
          began.give(true)
          return new Promise<void>(() => undefined)
        },
      })
      const jobs = await f.jobs({ tasks: [deaf] })
      const { id } = await jobs.enqueue(deaf)
      await jobs.worker({ grace: 300 }).start()
      await began.wait('the run')
      await jobs.cancel(id)
      assert.equal((await theirJob(jobs, id)).state, 'running')
      const ended = await inState(jobs, id, 'cancelled')
      assert.equal(ended.attempt, 1)
    },
  )

  suite.test('10.50 after pause no worker begins a job of the queue, prefetched or not; resume goes on', async (f) => {
    const began = new Signalled<true>()
    const go = new Signalled<true>()
    const ran: number[] = []
    const task = defineTask({
      name: 'pausable',
      async run(n: number) {
        ran.push(n)
        began.give(true)
        if (n === 0) await go.wait('the go')
        return n
      },
    })
    const store = await f.another()
    const released = new Signalled<true>()
    const watched = intercepted(store, {
      exchange: async (request, message) => {
        const reply = await store.exchange(request, message)
        if (message.settle.some(({ kind }) => kind === 'release')) released.give(true)
        return reply
      },
    })
    const jobs = await f.jobs({ tasks: [task] }, watched)
    const elsewhere = await f.jobs({ tasks: [task] })
    const sent = await jobs.enqueueMany(task, [0, 1, 2, 3])
    const worker = jobs.worker({ concurrency: 1, prefetchMin: 2, prefetchMax: 4 })
    await worker.start()
    await began.wait('the first job')
    await elsewhere.pause('default')
    assert.equal(await elsewhere.worker().processNext(), false)
    await released.wait('the return of what was prefetched')
    go.give(true)
    assert.equal(await sent[0]?.result({ timeout: '5s' }), 0)
    assert.deepEqual(ran, [0])
    await elsewhere.resume('default')
    for (const job of sent) await job.result({ timeout: '5s' })
    assert.deepEqual(ran, [0, 1, 2, 3])
  })

  suite.test('10.51 other queues of the worker go on', async (f) => {
    const task = defineTask({ name: 'any', run: () => 'ran' })
    const jobs = await f.jobs({ tasks: [task] })
    await jobs.pause('closed')
    const [shut, open] = [
      await jobs.enqueue(task, undefined, { queue: 'closed' }),
      await jobs.enqueue(task, undefined, { queue: 'open' }),
    ]
    await jobs.worker({ queues: ['closed', 'open'] }).start()
    assert.equal(await open.result({ timeout: '5s' }), 'ran')
    assert.equal((await theirJob(jobs, shut.id)).state, 'queued')
    await jobs.resume('closed')
    assert.equal(await shut.result({ timeout: '5s' }), 'ran')
  })
}
