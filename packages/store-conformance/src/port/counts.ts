import assert from 'node:assert/strict'
import type { JobState, Store } from '@jobs-worker/core/store'
import { newJobs } from '../harness/jobs'
import { cancelled, complete, fail, KEEP, release, retry } from '../harness/outcomes'
import { promoteAll } from '../harness/promote'
import { recoverAll } from '../harness/recover'
import { until } from '../harness/wait'
import type { Suite } from '../suite'

/** Waits at most a second, as rule 17 allows, until a queue's counts are these and nothing else. */
async function counted(store: Store, name: string, expected: Partial<Record<JobState, number>>): Promise<void> {
  let seen: unknown
  const ask = async () => {
    const queue = (await store.queues()).find((one) => one.name === name)
    seen = Object.fromEntries(Object.entries(queue?.counts ?? {}).filter(([, count]) => count !== 0))
    return JSON.stringify(sorted(seen)) === JSON.stringify(sorted(expected))
  }
  await until('the counts are right', ask, 1_000).catch(() => assert.deepEqual(seen, expected))
}

const sorted = (counts: unknown) => Object.entries(counts as object).sort(([a], [b]) => (a < b ? -1 : 1))

/** Rule 17: counts per queue and state, and retention. */
export function counts(suite: Suite): void {
  suite.test('17.1 counts follow a job through its states', async (f) => {
    const client = await f.client()
    const { store } = client
    const worker = await f.worker()
    await client.enqueue(...newJobs(4), ...newJobs(2, { due: { delay: 50 } }))
    await client.enqueue(...newJobs(3, { queue: 'other' }))
    await counted(store, 'default', { queued: 4, scheduled: 2 })
    await counted(store, 'other', { queued: 3 })
    await promoteAll(store, 2)
    await counted(store, 'default', { queued: 6 })
    const [a, b, c, d, e] = await worker.claim({ start: 4, reserve: 1 })
    assert.ok(a && b && c && d && e)
    await counted(store, 'default', { queued: 2, running: 4 })
    await worker.settle(complete(a), fail(b), cancelled(c), retry(d, 3_600_000), release(e))
    await counted(store, 'default', { queued: 2, scheduled: 1, completed: 1, failed: 1, cancelled: 1 })
    await store.retry([b.id])
    await counted(store, 'default', { queued: 3, scheduled: 1, completed: 1, cancelled: 1 })
    await store.makeDue([d.id])
    await store.cancel([d.id], KEEP)
    await counted(store, 'default', { queued: 3, completed: 1, cancelled: 2 })
    await store.remove([a.id, e.id])
    await counted(store, 'default', { queued: 2, cancelled: 2 })
  })

  suite.test('17.2 counts are right after recovery', async (f) => {
    const client = await f.client()
    const dead = await f.worker({ leaseMs: 50 })
    await client.enqueue({}, { maxAttempts: 1 }, {})
    await dead.claim({ start: 2, reserve: 1 })
    await recoverAll(client.store, 3)
    await counted(client.store, 'default', { queued: 2, failed: 1 })
  })

  suite.test('17.3 counts are right after many clients did many things at once', async (f) => {
    const clients = await Promise.all([1, 2, 3].map(async () => f.client(await f.another())))
    const workers = await Promise.all([1, 2, 3].map(async () => f.worker({}, await f.another())))
    await Promise.all(clients.flatMap((client) => Array.from({ length: 10 }, () => client.send(newJobs(5)))))
    await Promise.all(
      workers.map(async (worker, n) => {
        // Where others were quicker a claim may get fewer than it asked for.
        for (let left = 40; left > 0; ) {
          const jobs = await worker.claim({ start: Math.min(4, left) })
          left -= jobs.length
          await worker.settle(...jobs.map((job) => (n === 0 ? fail(job) : complete(job))))
        }
      }),
    )
    const { store } = clients[0] as (typeof clients)[0]
    await counted(store, 'default', { queued: 30, failed: 40, completed: 80 })
  })

  suite.test('17.4 a repeated request is counted once', async (f) => {
    const client = await f.client()
    const request = client.request()
    const jobs = newJobs(3)
    await client.store.enqueue(request, jobs)
    await client.store.enqueue(request, jobs)
    await counted(client.store, 'default', { queued: 3 })
  })

  suite.test('17.10 a finished job is gone from get, list and counts after its keep', async (f) => {
    const client = await f.client()
    const { store } = client
    const worker = await f.worker()
    const marker = 'gone-after-keep'
    const input = JSON.stringify({ marker })
    const jobs = await client.enqueue({ input }, { input }, { input }, { input })
    const [a, b, c, d] = await worker.claim({ start: 4 })
    assert.ok(a && b && c && d)
    await worker.settle(
      complete(a, null, 100),
      fail(b, undefined, 100),
      cancelled(c, 100),
      complete(d, null, 3_600_000),
    )
    const gone = [a.id, b.id, c.id]
    await until('they are pruned', async () => {
      await store.prune(100)
      const left = await Promise.all(gone.map((id) => store.get(id)))
      return left.every((job) => job === null)
    })
    // They may have gone out of sight between the pruning and the look.
    await store.prune(100)
    const page = await store.list({ limit: 100 })
    assert.deepEqual(
      page.jobs.map(({ id }) => id),
      [d.id],
    )
    await counted(store, 'default', { completed: 1 })
    assert.equal(jobs.length, 4)
    if (f.under.raw) {
      await until('nothing of them is stored', async () => {
        await store.prune(100)
        return (await f.raw(marker)).length === 1
      })
    }
  })

  suite.test('17.11 keep 0 leaves nothing of the job', async (f) => {
    const client = await f.client()
    const worker = await f.worker()
    const marker = 'kept-not-at-all'
    const input = JSON.stringify({ marker })
    const jobs = await client.enqueue({ input }, { input }, { input })
    const [a, b, c] = await worker.claim({ start: 3 })
    assert.ok(a && b && c)
    await worker.settle(complete(a, JSON.stringify(marker), 0), fail(b, undefined, 0), cancelled(c, 0))
    for (const { id } of jobs) assert.equal(await client.store.get(id), null)
    assert.deepEqual((await client.store.list({ limit: 10 })).jobs, [])
    await counted(client.store, 'default', {})
    if (f.under.raw) assert.deepEqual(await f.raw(marker), [])
  })

  suite.test('17.12 pruning goes in steps and takes only what has served its time', async (f) => {
    const client = await f.client()
    const { store } = client
    const worker = await f.worker()
    await client.enqueue(...newJobs(23))
    const jobs = await worker.claim({ start: 23 })
    await worker.settle(...jobs.map((job, n) => complete(job, null, n < 20 ? 1 : 3_600_000)))
    let pruned = 0
    await until('twenty are pruned', async () => {
      const step = await store.prune(6)
      assert.ok(step.count <= 6, `${step.count} in a step of 6`)
      pruned += step.count
      return pruned >= 20
    })
    await counted(store, 'default', { completed: 3 })
  })
}
