import assert from 'node:assert/strict'
import { defineTask, UniqueConflictError } from '@jobs-worker/core'
import { theirJob, withCode } from '../harness/expect'
import type { Suite } from '../suite'

/** Rule 7, as users write it. */
export function uniqueJobs(suite: Suite): void {
  suite.test('7.50 unique: the same input, however written, is the same job while it lives', async (f) => {
    const task = defineTask({ name: 'once', unique: true, run: (input: { a: number; b?: unknown }) => input })
    const jobs = await f.jobs({ tasks: [task] })
    const first = await jobs.enqueue(task, { a: 1, b: { x: 1, y: [2] } })
    const same = await jobs.enqueue(task, JSON.parse('{"b":{"y":[2],"x":1},"a":1}'))
    const other = await jobs.enqueue(task, { a: 1 })
    assert.deepEqual([first.deduplicated, same.deduplicated, same.id], [false, true, first.id])
    assert.deepEqual([other.deduplicated, other.id === first.id], [false, false])
    await jobs.worker().drain()
    assert.equal((await jobs.enqueue(task, { a: 1 })).deduplicated, false)
  })

  suite.test('7.51 any number of concurrent enqueues from several clients make one job', async (f) => {
    const task = defineTask({ name: 'crowd', unique: { key: (n: number) => `k${n % 2}` }, run: (n: number) => n })
    const clients = await Promise.all([1, 2, 3].map(() => f.jobs({ tasks: [task] })))
    const calls = clients.flatMap((jobs) => Array.from({ length: 20 }, (_, n) => jobs.enqueue(task, n)))
    const made = await Promise.all(calls)
    assert.equal(new Set(made.map(({ id }) => id)).size, 2)
    assert.equal(made.filter(({ deduplicated }) => !deduplicated).length, 2)
  })

  suite.test('7.52 throw: the conflict names the task, the key and the job that has it', async (f) => {
    const task = defineTask({ name: 'strict', unique: { key: 'only-one', onConflict: 'throw' }, run: () => undefined })
    const jobs = await f.jobs({ tasks: [task] })
    const first = await jobs.enqueue(task)
    await assert.rejects(jobs.enqueue(task), (error) => {
      assert.ok(error instanceof UniqueConflictError)
      assert.equal(error.holder, first.id)
      assert.match(error.message, /strict.*only-one/)
      return withCode('JOBS_UNIQUE_CONFLICT')(error)
    })
  })

  suite.test('7.53 replace: the waiting job gets the new input', async (f) => {
    const task = defineTask({ name: 'latest', unique: { key: 'k', onConflict: 'replace' }, run: (n: number) => n })
    const jobs = await f.jobs({ tasks: [task] })
    const first = await jobs.enqueue(task, 1)
    const second = await jobs.enqueue(task, 2)
    assert.equal(second.id, first.id)
    await jobs.worker().drain()
    assert.equal(await first.result(), 2)
  })

  suite.test('7.54 retry(id) of a job whose key is taken throws', async (f) => {
    const task = defineTask({ name: 'keyed', unique: { key: 'k' }, run: () => undefined })
    const jobs = await f.jobs({ tasks: [task] })
    const first = await jobs.enqueue(task)
    await jobs.cancel(first.id)
    const second = await jobs.enqueue(task)
    assert.equal(second.deduplicated, false)
    await assert.rejects(jobs.retry(first.id), withCode('JOBS_UNIQUE_CONFLICT'))
    assert.equal((await theirJob(jobs, first.id)).state, 'cancelled')
  })

  suite.test('7.55 of a task that lives elsewhere the key comes with the call', async (f) => {
    const jobs = await f.jobs()
    const unique = { key: 'by-call' }
    const first = await jobs.enqueue('elsewhere', { n: 1 }, { unique })
    const second = await jobs.enqueue('elsewhere', { n: 2 }, { unique })
    assert.deepEqual([second.deduplicated, second.id], [true, first.id])
    assert.equal((await theirJob(jobs, first.id)).uniqueKey, 'by-call')
  })

  suite.test('7.56 enqueueMany of unique jobs answers one by one', async (f) => {
    const task = defineTask({ name: 'many', unique: true, run: (n: number) => n })
    const jobs = await f.jobs({ tasks: [task] })
    const made = await jobs.enqueueMany(task, [1, 2, 1, 3, 2])
    assert.deepEqual(
      made.map(({ deduplicated }) => deduplicated),
      [false, false, true, false, true],
    )
    assert.deepEqual([made[2]?.id, made[4]?.id], [made[0]?.id, made[1]?.id])
  })
}
