import assert from 'node:assert/strict'
import {
  defineTask,
  type Jobs,
  PermanentError,
  PostponeError,
  type RetryOptions,
  TimeoutError,
} from '@jobs-worker/core'
import { inState, theirJob } from '../harness/expect'
import type { Fixture } from '../harness/fixture'
import { Signalled, until } from '../harness/wait'
import type { Suite } from '../suite'

class BankError extends Error {
  override readonly name = 'BankError'
  readonly code = 'E_BANK'
}

class VeryBankError extends BankError {}

/** Runs a job of a task that throws these, one after another; then it would return. */
async function throwing(f: Fixture, retry: RetryOptions | undefined, maxAttempts: number, errors: readonly unknown[]) {
  const task = defineTask({
    name: 'throws',
    maxAttempts,
    retry: { delay: 0, ...retry },
    run(_: undefined, ctx) {
      if (ctx.attempt <= errors.length) throw errors[ctx.attempt - 1]
      return 'at last'
    },
  })
  const jobs = await f.jobs({ tasks: [task] })
  const { id } = await jobs.enqueue(task)
  await jobs.worker().drain()
  return theirJob(jobs, id)
}

/** The delays between the end of an attempt and the due time of the next, promoted by hand. */
async function delays(f: Fixture, retry: RetryOptions, attempts: number): Promise<number[]> {
  const task = defineTask({
    name: 'waits',
    maxAttempts: attempts + 1,
    retry,
    run() {
      throw new Error('again')
    },
  })
  const jobs: Jobs = await f.jobs({ tasks: [task] })
  const { id } = await jobs.enqueue(task)
  const worker = jobs.worker()
  const found: number[] = []
  for (let n = 0; n < attempts; n++) {
    assert.equal(await worker.processNext(), true)
    const job = await theirJob(jobs, id)
    found.push(job.dueAt.getTime() - (job.startedAt?.getTime() ?? 0))
    await jobs.promote(id)
  }
  await jobs.remove(id)
  return found
}

const near = (found: readonly number[], expected: readonly number[]) =>
  found.length === expected.length &&
  found.every((ms, n) => ms >= (expected[n] as number) - 50 && ms <= (expected[n] as number) + 2_000)

/** Rules 4, 5 and 6, with handlers. */
export function failures(suite: Suite): void {
  suite.test('4.50 an error is on the job with name, message, stack, code, cause, attempt and time', async (f) => {
    const error = new BankError('no money', { cause: new RangeError('empty') })
    const job = await throwing(f, undefined, 2, [error, new Error('other')])
    assert.equal(job.state, 'failed')
    const [first, second] = job.errors
    assert.deepEqual(
      [first?.name, first?.message, first?.code, first?.attempt, first?.cause?.name, first?.cause?.message],
      ['BankError', 'no money', 'E_BANK', 1, 'RangeError', 'empty'],
    )
    assert.match(first?.stack ?? '', /no money/)
    assert.ok(first && first.time >= job.createdAt)
    assert.deepEqual([second?.message, second?.attempt, job.errors.length], ['other', 2, 2])
  })

  suite.test('4.51 whatever is thrown ends up as a readable error: a string, null, undefined, a cycle', async (f) => {
    const circular: Record<string, unknown> = { message: 'round' }
    circular.self = circular
    const looped = new Error('loop')
    looped.cause = looped
    const job = await throwing(f, undefined, 6, ['just text', null, undefined, circular, looped, { code: 5 }])
    assert.equal(job.state, 'failed')
    assert.equal(job.errors.length, 6)
    assert.match(job.errors[0]?.message ?? '', /just text/)
    assert.equal(job.errors[4]?.message, 'loop')
    for (const error of job.errors) assert.ok(error.name.length > 0)
  })

  suite.test('4.52 progress and meta are visible from another client while the job runs', async (f) => {
    const go = new Signalled<true>()
    const task = defineTask({
      name: 'reports',
      async run(_: undefined, ctx) {
        ctx.progress({ done: 3 })
        ctx.setMeta({ file: 'a' })
        ctx.setMeta({ line: 1 })
        await go.wait('the go')
      },
    })
    const jobs = await f.jobs({ tasks: [task] })
    const elsewhere = await f.jobs()
    const { id } = await jobs.enqueue(task)
    await jobs.worker().start()
    const seen = await until('meta is visible', async () => {
      const job = await elsewhere.get(id)
      return job?.meta.line === 1 && job
    })
    assert.deepEqual([seen.state, seen.progress, seen.meta], ['running', { done: 3 }, { file: 'a', line: 1 }])
    assert.ok(seen.worker !== null)
    go.give(true)
    assert.deepEqual((await inState(elsewhere, id, 'completed')).meta, { file: 'a', line: 1 })
  })

  suite.test('5.50 PermanentError ends the job as failed at once', async (f) => {
    const job = await throwing(f, undefined, 5, [new PermanentError('never again')])
    assert.deepEqual([job.state, job.attempt, job.errors.length], ['failed', 1, 1])
    assert.deepEqual([job.errors[0]?.name, job.errors[0]?.code], ['PermanentError', 'JOBS_PERMANENT'])
  })

  suite.test('5.51 anything else runs again until maxAttempts runs were charged', async (f) => {
    const twice = [new Error('1'), 'not even an error']
    const good = await throwing(f, undefined, 3, twice)
    assert.deepEqual([good.state, good.result, good.attempt, good.errors.length], ['completed', 'at last', 3, 2])
    const bad = await throwing(f, undefined, 2, twice)
    assert.deepEqual([bad.state, bad.attempt, bad.maxAttempts], ['failed', 2, 2])
  })

  suite.test('5.52 retry.on: classes by instanceof or by name, names, a predicate', async (f) => {
    const again = { on: [BankError] }
    assert.equal((await throwing(f, again, 3, [new BankError('x')])).state, 'completed')
    assert.equal((await throwing(f, again, 3, [new VeryBankError('x')])).state, 'completed')
    assert.equal((await throwing(f, again, 3, [new TypeError('x')])).state, 'failed')
    const namesake = Object.assign(new Error('of another copy'), { name: 'BankError' })
    assert.equal((await throwing(f, again, 3, [namesake])).state, 'completed')
    assert.equal((await throwing(f, { on: ['BankError', 'TypeError'] }, 3, [new TypeError('x')])).state, 'completed')
    const on = (error: unknown) => (error as Error).message === 'yes'
    assert.equal((await throwing(f, { on }, 3, [new Error('yes')])).state, 'completed')
    assert.equal((await throwing(f, { on }, 3, [new Error('no')])).state, 'failed')
  })

  suite.test('5.53 strategies: constant, incremental, exponential, a function', async (f) => {
    const constant = await delays(f, { strategy: 'constant', delay: '1m' }, 3)
    assert.ok(near(constant, [60_000, 60_000, 60_000]), `${constant}`)
    const incremental = await delays(f, { strategy: 'incremental', delay: '1m' }, 3)
    assert.ok(near(incremental, [60_000, 120_000, 180_000]), `${incremental}`)
    const exponential = await delays(f, { strategy: 'exponential', delay: '1m', jitter: 0, maxDelay: '3m' }, 3)
    assert.ok(near(exponential, [60_000, 120_000, 180_000]), `${exponential}`)
    const own = await delays(f, { strategy: (attempt) => `${attempt * 7}m` }, 2)
    assert.ok(near(own, [420_000, 840_000]), `${own}`)
  })

  suite.test('5.54 the default: exponential from 3 s, with jitter of 20 %', async (f) => {
    const [first, second] = await delays(f, {}, 2)
    assert.ok(first !== undefined && first >= 2_350 && first <= 5_600, `${first}`)
    assert.ok(second !== undefined && second >= 4_750 && second <= 9_200, `${second}`)
  })

  suite.test('6.50 ctx.postpone runs the job again later, without costing an attempt', async (f) => {
    const task = defineTask({
      name: 'not-yet',
      maxAttempts: 1,
      postpone: { delay: '2h' },
      run(_: undefined, ctx) {
        if (ctx.run === 1) ctx.postpone('5m')
        if (ctx.run === 2) ctx.postpone()
        if (ctx.run === 3) throw new PostponeError(0)
        return ctx.attempt
      },
    })
    const jobs = await f.jobs({ tasks: [task] })
    const job = await jobs.enqueue(task)
    const worker = jobs.worker()
    for (const [n, delay] of [300_000, 7_200_000].entries()) {
      await worker.processNext()
      const waiting = await theirJob(jobs, job.id)
      assert.deepEqual([waiting.state, waiting.attempt, waiting.postpones], ['scheduled', 0, n + 1])
      const wait = waiting.dueAt.getTime() - (waiting.startedAt?.getTime() ?? 0)
      assert.ok(near([wait], [delay]), `${wait}`)
      await jobs.promote(job.id)
    }
    await worker.drain()
    assert.equal(await job.result(), 1)
    const ended = await theirJob(jobs, job.id)
    assert.deepEqual([ended.postpones, ended.errors, ended.run], [3, [], 4])
  })

  suite.test('6.51 with `max: 5` the sixth postponement fails the job', async (f) => {
    const task = defineTask({
      name: 'never',
      postpone: { delay: 0, max: 5 },
      run: (_: undefined, ctx) => ctx.postpone(),
    })
    const endless = defineTask({
      name: 'patient',
      postpone: { delay: 0, max: null },
      run: (_: undefined, ctx) => (ctx.run <= 20 ? ctx.postpone() : 'ready'),
    })
    const jobs = await f.jobs({ tasks: [task, endless] })
    const [job, patient] = [await jobs.enqueue(task), await jobs.enqueue(endless)]
    await jobs.worker().drain()
    const ended = await theirJob(jobs, job.id)
    assert.deepEqual([ended.state, ended.postpones, ended.run, ended.attempt], ['failed', 5, 6, 1])
    assert.deepEqual([ended.errors.length, ended.errors[0]?.name], [1, 'MaxPostponesError'])
    assert.equal(await patient.result(), 'ready')
  })

  suite.test('9.50 a run that takes longer than its timeout is aborted and retried with TimeoutError', async (f) => {
    const task = defineTask({
      name: 'slow',
      timeout: 60,
      maxAttempts: 2,
      retry: { delay: 0 },
      async run(_: undefined, ctx) {
        if (ctx.attempt === 2) return 'quick'
        await new Promise((resolve) => ctx.signal.addEventListener('abort', resolve))
        assert.ok(ctx.signal.reason instanceof TimeoutError)
        return 'completed all the same: too late'
      },
    })
    const jobs = await f.jobs({ tasks: [task] })
    const job = await jobs.enqueue(task)
    await jobs.worker().drain()
    assert.equal(await job.result(), 'quick')
    const { errors } = await theirJob(jobs, job.id)
    assert.deepEqual(
      errors.map(({ name, attempt }) => [name, attempt]),
      [['TimeoutError', 1]],
    )
  })

  suite.test(
    '9.51 a handler that hears nothing is settled after the grace; lease and slot stay until then',
    async (f) => {
      const began = new Signalled<true>()
      const task = defineTask({
        name: 'deaf',
        timeout: 50,
        maxAttempts: 1,
        run: () => {
          began.give(true)
          return new Promise<void>(() => undefined)
        },
      })
      const jobs = await f.jobs({ tasks: [task] })
      const { id } = await jobs.enqueue(task)
      const worker = jobs.worker({ grace: 400, concurrency: 1 })
      await worker.start()
      await began.wait('the run')
      await until('the timeout has passed', async () => worker.running.length === 0)
      const ended = await inState(jobs, id, 'failed')
      assert.equal(ended.errors[0]?.name, 'TimeoutError')
      const took = (ended.finishedAt?.getTime() ?? 0) - (ended.startedAt?.getTime() ?? 0)
      assert.ok(took >= 400, `settled after ${took} ms, before the grace`)
    },
  )

  suite.test('9.52 a timeout counts from the start of the run, not from the claim', async (f) => {
    const task = defineTask({
      name: 'in-line',
      timeout: 400,
      maxAttempts: 1,
      run: () => new Promise((resolve) => setTimeout(resolve, 150, 'in time')),
    })
    const jobs = await f.jobs({ tasks: [task] })
    const sent = await jobs.enqueueMany(task, Array(5).fill(undefined))
    await jobs.worker({ concurrency: 1, prefetchMin: 4, prefetchMax: 8 }).start()
    for (const job of sent) assert.equal(await job.result({ timeout: '8s' }), 'in time')
  })
}
