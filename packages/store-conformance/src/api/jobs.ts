import assert from 'node:assert/strict'
import { defineTask } from '@jobs-worker/core'
import { theirJob } from '../harness/expect'
import { intercepted } from '../harness/intercept'
import type { Suite } from '../suite'

/** What a job shows, and how many requests it takes to send some. */
export function jobsAsSeen(suite: Suite): void {
  suite.test('0.20 a job shows all of its fields, with the defaults', async (f) => {
    const jobs = await f.jobs({ tasks: [defineTask({ name: 'plain', run: (n: number) => n + 1 })] })
    const { id } = await jobs.enqueue('plain', 1)
    const { createdAt, dueAt, ...waiting } = await theirJob(jobs, id)
    assert.ok(createdAt instanceof Date && Math.abs(dueAt.getTime() - createdAt.getTime()) < 1_000)
    const expected = {
      id,
      task: 'plain',
      queue: 'default',
      priority: 10,
      state: 'queued',
      input: 1,
      headers: {},
      startedAt: null,
      finishedAt: null,
      worker: null,
      run: 0,
      attempt: 0,
      maxAttempts: 3,
      postpones: 0,
      progress: null,
      meta: {},
      result: null,
      errors: [],
      uniqueKey: null,
      locks: [],
      schedule: null,
    }
    assert.deepEqual(waiting, expected)
    await jobs.worker().drain()
    const { startedAt, finishedAt, ...ended } = await theirJob(jobs, id)
    const after = { state: 'completed', run: 1, attempt: 1, result: 2 }
    assert.deepEqual({ ...ended, startedAt: null, finishedAt: null }, { ...waiting, createdAt, dueAt, ...after })
    assert.ok(startedAt && finishedAt && startedAt <= finishedAt)
  })

  suite.test('0.21 concurrent enqueues share requests, unique ones apart; one alone is sent at once', async (f) => {
    const store = await f.another()
    const requests: (readonly { unique: unknown }[])[] = []
    const counting = intercepted(store, {
      enqueue: (request, jobs) => {
        requests.push(jobs)
        return store.enqueue(request, jobs)
      },
    })
    const jobs = await f.jobs({}, counting)
    await jobs.enqueue('alone')
    assert.equal(requests.length, 1)
    const calls = Array.from({ length: 300 }, (_, n) =>
      jobs.enqueue('crowd', n, n % 3 === 0 ? { unique: { key: `k${n}` } } : {}),
    )
    await Promise.all(calls)
    assert.ok(requests.length <= 30, `${requests.length} requests for 301 jobs`)
    for (const request of requests) assert.equal(new Set(request.map(({ unique }) => unique !== null)).size, 1)
  })
}
