import assert from 'node:assert/strict'
import { defineTask } from '@jobs-worker/core'
import { inState, theirJob } from '../harness/expect'
import { Signalled } from '../harness/wait'
import type { Suite } from '../suite'

/** Rule 2, with workers. */
export function orderOfWork(suite: Suite): void {
  suite.test('2.50 a worker runs jobs by priority, then in the order of enqueueing', async (f) => {
    const ran: string[] = []
    const task = defineTask({ name: 'note', run: (name: string) => void ran.push(name) })
    const jobs = await f.jobs({ tasks: [task] })
    const calls = [
      jobs.enqueue(task, 'd'),
      jobs.enqueue(task, 'e'),
      jobs.enqueue(task, 'b', { priority: 5 }),
      jobs.enqueue(task, 'a', { priority: -5 }),
      jobs.enqueue(task, 'c', { priority: 5 }),
      jobs.enqueue(task, 'f', { priority: 50 }),
    ]
    await Promise.all(calls)
    await jobs.enqueueMany(task, ['g', 'h'], { priority: 60 })
    await jobs.worker({ concurrency: 1 }).drain()
    assert.equal(ran.join(''), 'abcdefgh')
  })

  suite.test('2.51 processNext runs one job and tells whether one was due', async (f) => {
    const task = defineTask({ name: 'double', run: (n: number) => n * 2 })
    const jobs = await f.jobs({ tasks: [task] })
    const worker = jobs.worker()
    assert.equal(await worker.processNext(), false)
    const [first, second] = [await jobs.enqueue(task, 1), await jobs.enqueue(task, 2)]
    assert.equal(await worker.hasWaiting(), true)
    assert.equal(await worker.processNext(), true)
    assert.deepEqual([(await theirJob(jobs, first.id)).result, (await theirJob(jobs, second.id)).state], [2, 'queued'])
    assert.equal(await worker.processNext(), true)
    assert.deepEqual([await worker.processNext(), await worker.hasWaiting()], [false, false])
    assert.equal(await second.result(), 4)
  })

  suite.test('2.52 a delayed job becomes due within 100 ms of its time while a worker runs', async (f) => {
    const task = defineTask({ name: 'late', run: () => undefined })
    const jobs = await f.jobs({ tasks: [task] })
    const elsewhere = await f.jobs()
    await jobs.worker().start()
    const delays = [300, 450, 600, 750, 900]
    const sent = await Promise.all(delays.map((delay) => elsewhere.enqueue('late', undefined, { delay })))
    const waits = await Promise.all(
      sent.map(async ({ id }) => {
        const job = await inState(elsewhere, id, 'completed')
        return (job.startedAt?.getTime() ?? 0) - job.dueAt.getTime()
      }),
    )
    assert.ok(
      waits.every((wait) => wait >= 0),
      `early: ${waits}`,
    )
    // The median: one slow moment of the machine is not the store's.
    assert.ok((waits.sort((a, b) => a - b)[2] as number) <= 100, `late by ${waits} ms`)
  })

  suite.test('2.53 an idle worker is woken for a job that another client enqueues, long before its poll', async (f) => {
    const started = new Signalled<number>()
    const task = defineTask({ name: 'wake', run: () => started.give(performance.now()) })
    const jobs = await f.jobs({ tasks: [task] })
    const elsewhere = await f.jobs()
    await elsewhere.open()
    await jobs.worker({ pollInterval: '1m' }).start()
    await jobs.enqueue(task)
    await started.wait('the first job')
    await elsewhere.enqueue('wake')
    await started.wait('the second job')
  })

  suite.test('2.54 at most `concurrency` jobs run at once, and slots are used', async (f) => {
    let [now, most] = [0, 0]
    const full = new Signalled<true>()
    const go = new Signalled<true>()
    const task = defineTask({
      name: 'slot',
      async run() {
        now++
        most = Math.max(most, now)
        if (now === 3) full.give(true)
        await go.wait('the go')
        now--
      },
    })
    const jobs = await f.jobs({ tasks: [task] })
    await jobs.enqueueMany(task, Array(12).fill(undefined))
    const worker = jobs.worker({ concurrency: 3 })
    await worker.start()
    await full.wait('three jobs at once')
    assert.equal(worker.running.length, 3)
    go.give(true)
    await worker.stop()
    await jobs.worker({ concurrency: 3 }).drain()
    assert.equal(most, 3)
  })

  suite.test('2.55 promote makes a scheduled job run now; `at` is kept', async (f) => {
    const task = defineTask({ name: 'when', run: () => 'ran' })
    const jobs = await f.jobs({ tasks: [task] })
    const at = new Date(Date.now() + 3_600_000)
    const job = await jobs.enqueue(task, undefined, { at })
    assert.deepEqual((await theirJob(jobs, job.id)).dueAt, at)
    const worker = jobs.worker()
    assert.equal(await worker.processNext(), false)
    const promoted = await jobs.promote(job.id)
    assert.equal(promoted.state, 'queued')
    assert.equal(await worker.processNext(), true)
    assert.equal(await job.result(), 'ran')
  })

  suite.test('2.56 jobs taken by hand: claimNext by task, then process', async (f) => {
    const [a, b] = ['a', 'b'].map((name) => defineTask({ name, run: () => name })) as [never, never]
    const jobs = await f.jobs({ tasks: [a, b] })
    const [first, second] = [await jobs.enqueue('a'), await jobs.enqueue('b')]
    const worker = jobs.worker()
    const claimed = await worker.claimNext({ task: 'b' })
    assert.equal(claimed?.job.id, second.id)
    assert.equal((await theirJob(jobs, second.id)).state, 'running')
    await worker.process(claimed)
    assert.equal(await second.result(), 'b')
    assert.equal(await worker.claimNext({ task: 'b' }), null)
    assert.equal((await theirJob(jobs, first.id)).state, 'queued')
  })
}
