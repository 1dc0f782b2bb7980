import assert from 'node:assert/strict'
import type { JobRecord, ListFilter, Store } from '@jobs-worker/core/store'
import { ids, newJobs } from '../harness/jobs'
import { complete, fail } from '../harness/outcomes'
import type { Suite } from '../suite'

const HOUR = 3_600_000

/** Every page of a list, which must come to an end. */
async function whole(store: Store, filter: ListFilter): Promise<JobRecord[]> {
  const jobs: JobRecord[] = []
  let cursor: string | undefined
  for (let page = 0; page < 500; page++) {
    const next = await store.list(cursor === undefined ? filter : { ...filter, cursor })
    assert.ok(next.jobs.length <= filter.limit, `${next.jobs.length} on a page of ${filter.limit}`)
    jobs.push(...next.jobs)
    if (next.cursor === null) return jobs
    cursor = next.cursor
  }
  throw new Error('a list without end')
}

/** Rule 18: lists, page by page. */
export function lists(suite: Suite): void {
  suite.test('18.1 queued jobs are listed in claim order', async (f) => {
    const client = await f.client()
    const worker = await f.worker({ lanes: ['a', 'b'] })
    await client.enqueue(...Array.from({ length: 12 }, (_, n) => ({ task: n % 2 ? 'a' : 'b', priority: (n * 5) % 4 })))
    const listed = await whole(client.store, { queue: 'default', states: ['queued'], limit: 5 })
    assert.deepEqual(ids(listed), ids(await worker.claimAll()))
  })

  suite.test('18.2 scheduled jobs are listed by due time', async (f) => {
    const client = await f.client()
    const delays = [3, 1, 4, 2]
    const jobs = await client.enqueue(...delays.map((delay) => ({ due: { delay: delay * HOUR } })))
    const listed = await whole(client.store, { queue: 'default', states: ['scheduled'], limit: 3 })
    assert.deepEqual(ids(listed), [jobs[1]?.id, jobs[3]?.id, jobs[0]?.id, jobs[2]?.id])
  })

  suite.test('18.3 final jobs are listed latest first', async (f) => {
    const client = await f.client()
    const worker = await f.worker()
    const order: string[] = []
    for (let n = 0; n < 5; n++) {
      await client.one()
      const job = await worker.claimOne()
      await worker.settle(n === 2 ? fail(job) : complete(job, null, (n + 1) * HOUR))
      if (n !== 2) order.unshift(job.id)
      await new Promise((resolve) => setTimeout(resolve, 3))
    }
    const listed = await whole(client.store, { queue: 'default', states: ['completed'], limit: 2 })
    assert.deepEqual(ids(listed), order)
    assert.equal((await whole(client.store, { states: ['failed'], limit: 2 })).length, 1)
  })

  suite.test('18.4 a list goes state by state and holds every job once', async (f) => {
    const client = await f.client()
    const worker = await f.worker()
    const jobs = await client.enqueue(...newJobs(8), ...newJobs(3, { due: { delay: HOUR } }))
    const [a, b, c] = await worker.claim({ start: 3 })
    assert.ok(a && b && c)
    await worker.settle(complete(a), fail(b))
    const listed = await whole(client.store, { limit: 4 })
    assert.deepEqual(new Set(ids(listed)), new Set(ids(jobs)))
    assert.equal(listed.length, jobs.length)
    const runs = listed.map((job) => job.state).filter((state, n, all) => state !== all[n - 1])
    assert.equal(runs.length, new Set(runs).size, runs.join())
  })

  suite.test('18.5 lists are filtered by queue, task and states', async (f) => {
    const client = await f.client()
    const worker = await f.worker({ queues: ['p'], lanes: ['x'] })
    const [px, py, qx, later] = await client.enqueue(
      { queue: 'p', task: 'x' },
      { queue: 'p', task: 'y' },
      { queue: 'q', task: 'x' },
      { queue: 'p', task: 'x', due: { delay: HOUR } },
    )
    const running = await client.one({ queue: 'p', task: 'x', priority: 1 })
    assert.equal((await worker.claimOne()).id, running.id)
    const found = async (filter: Partial<ListFilter>) =>
      new Set(ids(await whole(client.store, { limit: 2, ...filter })))
    const all = [px, py, qx, later, running].map((job) => job?.id)
    assert.deepEqual(await found({}), new Set(all))
    assert.deepEqual(await found({ queue: 'q' }), new Set([qx?.id]))
    assert.deepEqual(await found({ task: 'y' }), new Set([py?.id]))
    assert.deepEqual(await found({ queue: 'p', task: 'x' }), new Set([px?.id, later?.id, running.id]))
    assert.deepEqual(await found({ states: ['running'] }), new Set([running.id]))
    assert.deepEqual(await found({ states: ['scheduled', 'queued'], queue: 'p' }), new Set([px?.id, py?.id, later?.id]))
    assert.deepEqual(await found({ queue: 'none' }), new Set())
    assert.deepEqual(await found({ states: ['blocked'] }), new Set())
  })

  suite.test('18.6 a reserved job is listed as queued', async (f) => {
    const client = await f.client()
    const worker = await f.worker()
    const { id } = await client.one()
    await worker.claim({ start: 0, reserve: 1 })
    assert.deepEqual(ids(await whole(client.store, { states: ['queued'], limit: 10 })), [id])
    assert.deepEqual(await whole(client.store, { states: ['running'], limit: 10 }), [])
  })

  suite.test('18.7 a list that is read while jobs end does not repeat or invent any', async (f) => {
    const client = await f.client()
    const worker = await f.worker()
    const jobs = await client.enqueue(...newJobs(30))
    const first = await client.store.list({ states: ['queued'], limit: 10 })
    assert.ok(first.cursor !== null)
    const taken = await worker.claim({ start: 15 })
    await worker.settle(...taken.map((job) => complete(job, null, 0)))
    const seen = ids(first.jobs)
    for (let cursor: string | null = first.cursor; cursor !== null; ) {
      const page = await client.store.list({ states: ['queued'], limit: 10, cursor })
      seen.push(...ids(page.jobs))
      cursor = page.cursor
    }
    assert.equal(new Set(seen).size, seen.length)
    for (const { id } of jobs.slice(15)) assert.ok(seen.includes(id), id)
  })
}
