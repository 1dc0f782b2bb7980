import assert from 'node:assert/strict'
import { defineTask, type JobEvent, type JobFailedError } from '@jobs-worker/core'
import { theirJob, withCode } from '../harness/expect'
import { Signalled, until } from '../harness/wait'
import type { Suite } from '../suite'

const UNKNOWN = '018f0000-0000-7000-8000-000000000000'

/** Rule 20, and retention, as users see them. */
export function results(suite: Suite): void {
  suite.test('20.50 result() answers from any client, also one that began to wait before', async (f) => {
    const go = new Signalled<true>()
    const task = defineTask({
      name: 'sum',
      async run(input: { a: number; b: number }) {
        await go.wait('the go')
        return { sum: input.a + input.b }
      },
    })
    const jobs = await f.jobs({ tasks: [task] })
    const elsewhere = await f.jobs()
    const job = await elsewhere.enqueue('sum', { a: 1, b: 2 })
    const waiting = [job.result({ timeout: '8s' }), jobs.result(job.id, { timeout: '8s' })]
    await jobs.worker().start()
    go.give(true)
    assert.deepEqual(await Promise.all(waiting), [{ sum: 3 }, { sum: 3 }])
    assert.deepEqual(await elsewhere.result(job.id), { sum: 3 })
  })

  suite.test('20.51 result() of a failed job throws with its last error as the cause', async (f) => {
    const task = defineTask({
      name: 'fails',
      maxAttempts: 1,
      run() {
        throw Object.assign(new Error('no luck'), { code: 'E_LUCK' })
      },
    })
    const jobs = await f.jobs({ tasks: [task] })
    const job = await jobs.enqueue(task)
    await jobs.worker().drain()
    await assert.rejects((await f.jobs()).result(job.id), (error) => {
      const { cause } = error as JobFailedError
      assert.deepEqual([(cause as Error).message, (cause as { code?: unknown }).code], ['no luck', 'E_LUCK'])
      return withCode('JOBS_JOB_FAILED')(error)
    })
  })

  suite.test('20.52 result() gives up at its timeout, and of an unknown id at once', async (f) => {
    const jobs = await f.jobs()
    const job = await jobs.enqueue('nobody-has-it')
    await assert.rejects(job.result({ timeout: 50 }), withCode('JOBS_TIMEOUT'))
    await assert.rejects(jobs.result(UNKNOWN), withCode('JOBS_NOT_FOUND'))
  })

  suite.test('20.53 result() of a job that keeps nothing is refused, also where it went meanwhile', async (f) => {
    const task = defineTask({ name: 'traceless', keep: 0, run: () => 'gone' })
    const jobs = await f.jobs({ tasks: [task] })
    const job = await jobs.enqueue(task)
    await assert.rejects(job.result(), withCode('JOBS_RESULT_NOT_KEPT'))
    await jobs.worker().drain()
    assert.equal(await jobs.get(job.id), null)
    await assert.rejects(job.result(), withCode('JOBS_RESULT_NOT_KEPT'))
    const brief = defineTask({ name: 'brief', keep: { completed: 1, failed: '1d' }, run: () => 1 })
    jobs.addTask(brief)
    const short = await jobs.enqueue(brief)
    await jobs.worker().drain()
    const store = await f.store()
    await until('it is pruned', async () => {
      await store.prune(100)
      return (await jobs.get(short.id)) === null
    })
    await assert.rejects(short.result(), withCode('JOBS_RESULT_NOT_KEPT'))
  })

  suite.test('20.54 retry(id) takes any final job and grants at least one more attempt', async (f) => {
    let broken = true
    const task = defineTask({
      name: 'repaired',
      maxAttempts: 1,
      run() {
        if (broken) throw new Error('broken')
        return 'works'
      },
    })
    const jobs = await f.jobs({ tasks: [task] })
    const job = await jobs.enqueue(task)
    const worker = jobs.worker()
    await worker.drain()
    broken = false
    const waiting = await jobs.retry(job.id)
    assert.deepEqual([waiting.state, waiting.errors.length], ['queued', 1])
    await worker.drain()
    assert.equal(await job.result(), 'works')
    assert.equal((await jobs.retry(job.id)).state, 'queued')
    await worker.drain()
    assert.equal((await theirJob(jobs, job.id)).run, 3)
  })

  suite.test('20.55 get of an unknown id is null; what changes a job throws JOBS_NOT_FOUND', async (f) => {
    const jobs = await f.jobs()
    for (const id of [UNKNOWN, 'nonsense']) {
      assert.equal(await jobs.get(id), null)
      const calls = [jobs.cancel, jobs.retry, jobs.promote, jobs.remove] as ((id: string) => Promise<unknown>)[]
      for (const call of calls) await assert.rejects(call.bind(jobs)(id), withCode('JOBS_NOT_FOUND'))
    }
  })

  suite.test('20.56 events are heard in the same client and in others', async (f) => {
    const task = defineTask({
      name: 'eventful',
      maxAttempts: 2,
      retry: { delay: 0 },
      postpone: { delay: 0 },
      run(_: undefined, ctx) {
        ctx.progress(50)
        if (ctx.run === 1) ctx.postpone()
        if (ctx.attempt === 1) throw new Error('once')
        return 1
      },
    })
    const jobs = await f.jobs({ tasks: [task] })
    const elsewhere = await f.jobs()
    const expected = ['completed', 'enqueued', 'postponed', 'progress', 'retrying', 'started']
    const heard = { here: new Map<string, JobEvent>(), there: new Map<string, JobEvent>() }
    for (const type of ['enqueued', 'started', 'progress', 'retrying', 'postponed', 'completed'] as const) {
      jobs.on(type, (event) => heard.here.set(type, event))
      elsewhere.on(type, (event) => heard.there.set(type, event))
    }
    await until('the other client listens', async () => {
      await jobs.enqueue('warm-up', undefined, { queue: 'other' })
      return heard.there.has('enqueued')
    })
    heard.there.clear()
    const { id } = await jobs.enqueue(task)
    await jobs.worker().start()
    await until('all events are there', async () => [...heard.there.values()].length === expected.length)
    assert.deepEqual([...heard.here.keys()].sort(), expected)
    assert.deepEqual([...heard.there.keys()].sort(), expected)
    const { local, ...done } = heard.there.get('completed') as JobEvent
    assert.deepEqual(done, { type: 'completed', id, task: 'eventful', queue: 'default' })
    assert.deepEqual([local, heard.here.get('completed')?.local], [false, true])
    assert.equal(heard.there.get('progress')?.data, 50)
  })

  suite.test('17.50 keep is looked up in the call, the task, the queue, the top level, the table', async (f) => {
    const plain = defineTask({ name: 'plain', run: () => undefined })
    const own = defineTask({ name: 'own', keep: '2h', run: () => undefined })
    const jobs = await f.jobs({
      tasks: [plain, own],
      keep: { completed: '4h' },
      queues: { special: { keep: { completed: '3h' } } },
    })
    const sent = [
      await jobs.enqueue(own, undefined, { keep: { completed: 0 } }),
      await jobs.enqueue(own),
      await jobs.enqueue(plain, undefined, { queue: 'special' }),
      await jobs.enqueue(plain),
    ]
    const kept = (await Promise.all(sent.map(({ id }) => f.store().then((store) => store.get(id))))).map(
      (record) => record?.settings?.keep?.completed ?? record?.keep?.completed,
    )
    assert.deepEqual(kept, [0, 7_200_000, 10_800_000, 14_400_000])
    await jobs.worker({ queues: ['default', 'special'] }).drain()
    const left = await Promise.all(sent.map(({ id }) => jobs.get(id)))
    assert.deepEqual(
      left.map((job) => job?.state ?? null),
      [null, 'completed', 'completed', 'completed'],
    )
  })

  suite.test('17.51 counts() tells every queue’s jobs by state', async (f) => {
    const task = defineTask({ name: 'counted', run: () => undefined })
    const jobs = await f.jobs({ tasks: [task] })
    await jobs.enqueueMany(task, [undefined, undefined], { queue: 'a' })
    await jobs.enqueue(task, undefined, { queue: 'b', delay: '1h' })
    await jobs.worker({ queues: ['a'] }).processNext()
    const expected = { scheduled: 0, queued: 0, blocked: 0, running: 0, completed: 0, failed: 0, cancelled: 0 }
    const right = { a: { ...expected, queued: 1, completed: 1 }, b: { ...expected, scheduled: 1 } }
    let seen: unknown
    await until(
      'the counts are right',
      async () => {
        seen = await jobs.counts()
        return JSON.stringify(seen) === JSON.stringify(right)
      },
      1_000,
    ).catch(() => assert.deepEqual(seen, right))
  })

  suite.test('18.50 remove answers the counts by state; without states it takes the final jobs', async (f) => {
    const task = defineTask({ name: 'removed', maxAttempts: 1, run: (bad: boolean) => assert.ok(!bad) })
    const jobs = await f.jobs({ tasks: [task] })
    await jobs.enqueueMany(task, [false, false, true])
    const last = await jobs.enqueue(task, false)
    await jobs.cancel(last.id)
    await jobs.worker().drain()
    await jobs.enqueueMany(task, [false, false])
    await jobs.enqueue(task, false, { delay: '1h' })
    assert.deepEqual(await jobs.remove(), { completed: 2, failed: 1, cancelled: 1 })
    assert.equal(await jobs.get(last.id), null)
    assert.deepEqual(await jobs.remove({ states: ['queued'] }), { queued: 2 })
    const rest = (await jobs.list()).jobs
    assert.deepEqual(
      rest.map(({ state }) => state),
      ['scheduled'],
    )
    assert.equal((await jobs.remove(rest[0]?.id as string)).id, rest[0]?.id)
    assert.deepEqual((await jobs.list()).jobs, [])
  })

  suite.test('18.51 running jobs are cancelled first and leave nothing', async (f) => {
    const began = new Signalled<true>()
    const task = defineTask({
      name: 'stubborn',
      async run(_: undefined, ctx) {
        began.give(true)
        await new Promise((resolve) => ctx.signal.addEventListener('abort', resolve))
      },
    })
    const jobs = await f.jobs({ tasks: [task] })
    const { id } = await jobs.enqueue(task)
    await jobs.worker().start()
    await began.wait('the run')
    assert.deepEqual(await jobs.remove({ states: ['running'] }), { running: 1 })
    await until('it is gone', async () => (await jobs.get(id)) === null)
  })

  suite.test(
    '18.52 operations on many take all that the filter names, over pages',
    async (f) => {
      const jobs = await f.jobs()
      await jobs.enqueueMany(
        'bulk',
        Array.from({ length: 2_300 }, (_, n) => n),
        { delay: '1h' },
      )
      await jobs.enqueue('other', null, { delay: '1h' })
      assert.equal(await jobs.promote({ task: 'bulk' }), 2_300)
      assert.equal(await jobs.cancel({ task: 'bulk' }), 2_300)
      assert.equal(await jobs.retry({ task: 'bulk', states: ['cancelled'] }), 2_300)
      assert.deepEqual(await jobs.remove({ task: 'bulk', states: ['queued'] }), { queued: 2_300 })
      assert.equal((await jobs.list()).jobs.length, 1)
    },
    { timeout: 40_000 },
  )

  suite.test('19.50 jobs of tasks that a worker does not have are left to others', async (f) => {
    const mine = defineTask({ name: 'mine', run: () => 'ran' })
    const jobs = await f.jobs({ tasks: [mine] })
    const theirs = await jobs.enqueue('theirs', undefined, { priority: 0 })
    const own = await jobs.enqueue(mine)
    await jobs.worker().drain()
    assert.equal(await own.result(), 'ran')
    const left = await theirJob(jobs, theirs.id)
    assert.deepEqual([left.state, left.run, left.maxAttempts], ['queued', 0, null])
    const other = await f.jobs({ tasks: [defineTask({ name: 'theirs', maxAttempts: 7, run: () => 'elsewhere' })] })
    await other.worker().drain()
    assert.equal(await theirs.result(), 'elsewhere')
    assert.equal((await theirJob(jobs, theirs.id)).maxAttempts, 7)
  })
}
