import assert from 'node:assert/strict'
import { ids, newJobs } from '../harness/jobs'
import { postpone, release, retry } from '../harness/outcomes'
import { theJob } from '../harness/port-client'
import { promoteAll } from '../harness/promote'
import type { Suite } from '../suite'

const HOUR = 3_600_000

/** Rule 2: priority, then the order of becoming due. */
export function order(suite: Suite): void {
  suite.test('2.1 the lower priority number goes first, from -32768 to 32767', async (f) => {
    const client = await f.client()
    const worker = await f.worker()
    const priorities = [0, 32_767, -5, 10, -32_768, 9]
    const jobs = await client.enqueue(...priorities.map((priority) => ({ priority })))
    const sorted = [...jobs].sort((a, b) => a.priority - b.priority)
    assert.deepEqual(ids(await worker.claim({ start: 10 })), ids(sorted))
  })

  suite.test('2.2 at one priority the order is that of enqueueing, whatever the ids', async (f) => {
    const client = await f.client()
    const worker = await f.worker()
    const jobs = newJobs(6).reverse()
    await client.send(jobs.slice(0, 2))
    await client.send(jobs.slice(2, 3))
    await client.send(jobs.slice(3))
    assert.deepEqual(ids(await worker.claimAll({ start: 2 })), ids(jobs))
  })

  suite.test('2.3 calls take effect in the order made, also before the first has answered', async (f) => {
    const client = await f.client()
    const worker = await f.worker()
    const jobs = newJobs(20)
    await Promise.all(jobs.map((job) => client.send([job])))
    assert.deepEqual(ids(await worker.claimAll()), ids(jobs))
  })

  suite.test('2.4 a retry joins behind what is due at its priority', async (f) => {
    const client = await f.client()
    const worker = await f.worker()
    const [first, second] = await client.enqueue({}, {})
    const later = await client.one({ priority: 11 })
    const job = await worker.claimOne()
    assert.deepEqual(await worker.settle(retry(job)), [true])
    assert.deepEqual(ids(await worker.claimAll()), [second?.id, first?.id, later.id])
  })

  suite.test('2.5 a delayed retry is scheduled, and joins behind what is due when its time comes', async (f) => {
    const client = await f.client()
    const worker = await f.worker()
    const first = await client.one()
    const job = await worker.claimOne()
    assert.deepEqual(await worker.settle(retry(job, 60)), [true])
    const waiting = await theJob(client.store, first.id)
    assert.equal(waiting.state, 'scheduled')
    assert.ok(waiting.dueAt > waiting.createdAt)
    const second = await client.one()
    await promoteAll(client.store, 1)
    assert.deepEqual(ids(await worker.claimAll()), [second.id, first.id])
  })

  suite.test('2.6 a postponed job joins behind what is due', async (f) => {
    const client = await f.client()
    const worker = await f.worker()
    const [first, second] = await client.enqueue({}, {})
    assert.deepEqual(await worker.settle(postpone(await worker.claimOne())), [true])
    assert.deepEqual(ids(await worker.claimAll()), [second?.id, first?.id])
  })

  suite.test('2.7 a released job returns to its own place', async (f) => {
    const client = await f.client()
    const worker = await f.worker()
    const jobs = await client.enqueue({}, {}, {})
    const [one, two] = await worker.claim({ start: 2 })
    assert.ok(one && two)
    assert.deepEqual(await worker.settle(release(two), release(one)), [true, true])
    assert.deepEqual(ids(await worker.claimAll()), ids(jobs))
  })

  suite.test('2.8 delayed jobs become due in due order, whatever the order of enqueueing', async (f) => {
    const client = await f.client()
    const worker = await f.worker()
    const delays = [90, 30, 60, 31]
    const jobs = await client.enqueue(...delays.map((delay) => ({ due: { delay } })))
    assert.deepEqual(await worker.claim({ start: 4 }), [])
    await promoteAll(client.store, 4)
    assert.deepEqual(ids(await worker.claimAll()), ids([jobs[1], jobs[3], jobs[2], jobs[0]] as typeof jobs))
  })

  suite.test('2.9 a delayed job joins behind what is due already at its priority', async (f) => {
    const client = await f.client()
    const worker = await f.worker()
    const delayed = await client.one({ due: { delay: 30 } })
    const due = await client.one()
    const urgent = await client.one({ priority: 1, due: { delay: 31 } })
    await promoteAll(client.store, 2)
    const after = await client.one()
    assert.deepEqual(ids(await worker.claimAll()), [urgent.id, due.id, delayed.id, after.id])
  })

  suite.test('2.10 an instant of the past is due at once, one of the future is kept to the millisecond', async (f) => {
    const client = await f.client()
    const worker = await f.worker()
    const at = Date.now() + HOUR
    const [past, future] = await client.enqueue({ due: { at: 1_000 } }, { due: { at } })
    assert.ok(past && future)
    assert.equal((await theJob(client.store, past.id)).state, 'queued')
    assert.deepEqual(ids(await worker.claim({ start: 5 })), [past.id])
    const job = await theJob(client.store, future.id)
    assert.deepEqual([job.state, job.dueAt], ['scheduled', at])
  })

  suite.test('2.11 a delay counts from now on the clock of the store', async (f) => {
    const client = await f.client()
    const { id } = await client.one({ due: { delay: HOUR } })
    const job = await theJob(client.store, id)
    assert.equal(job.state, 'scheduled')
    assert.ok(Math.abs(job.dueAt - job.createdAt - HOUR) <= 50, `${job.dueAt - job.createdAt}`)
  })

  suite.test(
    '2.12 what is scheduled is not claimed before it is promoted, and promoted not before it is due',
    async (f) => {
      const client = await f.client()
      const worker = await f.worker()
      const { id } = await client.one({ due: { delay: HOUR } })
      const step = await client.store.promote(100)
      assert.deepEqual([step.count, step.more], [0, false])
      assert.ok(step.nextDueIn !== null && step.nextDueIn > HOUR - 60_000 && step.nextDueIn <= HOUR)
      assert.deepEqual(await worker.claim({ start: 5 }), [])
      assert.equal((await theJob(client.store, id)).state, 'scheduled')
    },
  )

  suite.test('2.13 every reply tells when the next job is due', async (f) => {
    const client = await f.client()
    const worker = await f.worker()
    assert.equal((await worker.exchange({ claim: worker.wanted() })).nextDueIn, null)
    assert.equal((await worker.beat()).nextDueIn, null)
    await client.enqueue({ due: { delay: 2 * HOUR } }, { due: { delay: HOUR } })
    const replies = [
      await worker.exchange({ claim: worker.wanted() }),
      await worker.beat(),
      await client.store.promote(10),
    ]
    for (const { nextDueIn } of replies) {
      assert.ok(nextDueIn !== null && nextDueIn > HOUR - 60_000 && nextDueIn <= HOUR, String(nextDueIn))
    }
  })

  suite.test('2.14 promotion is bounded by its limit and loses nothing', async (f) => {
    const client = await f.client()
    const worker = await f.worker()
    const jobs = await client.enqueue(...newJobs(7, { due: { delay: 5 } }))
    await promoteAll(client.store, 7, 3)
    assert.deepEqual(new Set(ids(await worker.claimAll())), new Set(ids(jobs)))
  })

  suite.test('2.15 order holds over the lanes of a queue', async (f) => {
    const client = await f.client()
    const tasks = ['a', 'b', 'c', 'd']
    const worker = await f.worker({ lanes: tasks })
    const jobs = await client.enqueue(
      ...Array.from({ length: 40 }, (_, n) => ({ task: tasks[(n * 7) % 4] as string, priority: (n * 3) % 5 })),
    )
    const sorted = jobs.map((job, place) => ({ job, place }))
    sorted.sort((a, b) => a.job.priority - b.job.priority || a.place - b.place)
    assert.deepEqual(ids(await worker.claimAll({ start: 7 })), ids(sorted.map(({ job }) => job)))
  })

  suite.test('2.16 a more urgent job that comes late is next', async (f) => {
    const client = await f.client()
    const worker = await f.worker({ lanes: ['task', 'other'] })
    await client.enqueue(...newJobs(5), ...newJobs(5, { task: 'other' }))
    await worker.claim({ start: 4 })
    const urgent = await client.one({ priority: 2 })
    const lateLane = await client.one({ priority: 3, task: 'other' })
    assert.deepEqual(ids(await worker.claim({ start: 2 })), [urgent.id, lateLane.id])
  })

  suite.test('2.17 queues are served in the order asked, each up to its limit', async (f) => {
    const client = await f.client()
    const worker = await f.worker({ queues: ['x', 'y'] })
    const x = await client.enqueue(...newJobs(3, { queue: 'x', priority: 50 }))
    const y = await client.enqueue(...newJobs(3, { queue: 'y', priority: 1 }))
    const queues = [
      { name: 'x', limit: 2 },
      { name: 'y', limit: 3 },
    ]
    assert.deepEqual(ids(await worker.claim({ start: 4, queues })), [...ids(x).slice(0, 2), ...ids(y).slice(0, 2)])
    assert.deepEqual(ids(await worker.claim({ start: 4, queues })), [x[2]?.id, y[2]?.id])
  })

  suite.test('2.18 one queue is never served for another', async (f) => {
    const client = await f.client()
    const worker = await f.worker({ queues: ['mine'] })
    await client.enqueue({ queue: 'theirs' }, { queue: 'MINE' }, { queue: 'mine ' })
    assert.deepEqual(await worker.claim({ start: 5 }), [])
  })
}
