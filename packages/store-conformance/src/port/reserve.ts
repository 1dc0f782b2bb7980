import assert from 'node:assert/strict'
import { ids, newJobs, uniqueRule } from '../harness/jobs'
import { complete, release } from '../harness/outcomes'
import { theJob } from '../harness/port-client'
import { recoverAll } from '../harness/recover'
import type { Suite } from '../suite'

/** Prefetch: a reserved job waits in a worker's hands, and everybody else sees it waiting. */
export function reserve(suite: Suite): void {
  suite.test('2.30 the first of a claim are started, the rest are reserved', async (f) => {
    const client = await f.client()
    const worker = await f.worker()
    const jobs = await client.enqueue(...newJobs(5))
    const claimed = await worker.claim({ start: 2, reserve: 2 })
    assert.deepEqual(ids(claimed), ids(jobs.slice(0, 4)))
    assert.deepEqual(
      claimed.map((job) => [job.reserved, job.state, job.attempt, job.run]),
      [
        [false, 'running', 1, 1],
        [false, 'running', 1, 1],
        [true, 'queued', 0, 1],
        [true, 'queued', 0, 1],
      ],
    )
  })

  suite.test('2.31 a reserved job shows as queued, costs no attempt, and nobody else gets it', async (f) => {
    const client = await f.client()
    const [worker, other] = [await f.worker(), await f.worker()]
    const { id } = await client.one()
    const [reserved] = await worker.claim({ start: 0, reserve: 1 })
    assert.ok(reserved?.reserved)
    const job = await theJob(client.store, id)
    assert.deepEqual([job.state, job.attempt, job.worker, job.startedAt], ['queued', 0, null, null])
    assert.deepEqual(await other.claim({ start: 1 }), [])
  })

  suite.test('2.32 its start makes it running, charges the attempt and is told once', async (f) => {
    const client = await f.client()
    const worker = await f.worker()
    await client.one()
    const [reserved] = await worker.claim({ start: 0, reserve: 1 })
    assert.ok(reserved)
    assert.equal(await worker.start(reserved, { ago: 500 }), true)
    const job = await theJob(client.store, reserved.id)
    assert.deepEqual([job.state, job.attempt, job.run, job.worker], ['running', 1, 1, worker.info.id])
    const again = await theJob(client.store, reserved.id)
    assert.equal(again.attempt, 1)
    assert.deepEqual(await worker.settle(complete(reserved)), [true])
  })

  suite.test('2.33 a settlement of a job whose start was not told charges the attempt', async (f) => {
    const client = await f.client()
    const worker = await f.worker()
    await client.one()
    const [reserved] = await worker.claim({ start: 0, reserve: 1 })
    assert.ok(reserved)
    assert.deepEqual(await worker.settle({ ...complete(reserved, '1'), ranFor: 40 }), [true])
    const job = await theJob(client.store, reserved.id)
    assert.deepEqual([job.state, job.attempt, job.run, job.result], ['completed', 1, 1, '1'])
    assert.ok(job.startedAt !== null && job.finishedAt !== null && job.startedAt <= job.finishedAt)
  })

  suite.test('2.34 start and settlement may go in one exchange', async (f) => {
    const client = await f.client()
    const worker = await f.worker()
    await client.enqueue({}, {})
    const [a, b] = await worker.claim({ start: 1, reserve: 1 })
    assert.ok(a && b)
    const start = [{ id: b.id, run: b.run, claim: b.claim, ago: 0 }]
    const reply = await worker.exchange({ settle: [complete(a)], start })
    assert.deepEqual([reply.settled, reply.started], [[true], [true]])
    assert.equal((await theJob(client.store, b.id)).state, 'running')
  })

  suite.test('2.35 a released reservation returns to its place and leaves no trace but the run', async (f) => {
    const client = await f.client()
    const worker = await f.worker()
    const jobs = await client.enqueue(...newJobs(4))
    const [, second, third] = await worker.claim({ start: 1, reserve: 2 })
    assert.ok(second && third)
    assert.deepEqual(await worker.settle(release(third), release(second)), [true, true])
    const again = await worker.claim({ start: 3 })
    assert.deepEqual(ids(again), ids(jobs.slice(1)))
    assert.deepEqual([again[0]?.run, again[0]?.attempt, again[0]?.errors], [2, 1, []])
  })

  suite.test('2.36 jobs unique while queued and recovered jobs are never reserved', async (f) => {
    const client = await f.client()
    const worker = await f.worker()
    const [plain, unique, behind] = await client.enqueue({}, { unique: uniqueRule('k', { while: 'queued' }) }, {})
    assert.ok(plain && unique && behind)
    assert.deepEqual(ids(await worker.claim({ start: 0, reserve: 3 })), [plain.id])
    const held = await worker.exchange({ claim: worker.wanted({ start: 0, reserve: 3 }) })
    assert.deepEqual([held.claimed, held.more], [[], true])
    assert.deepEqual(ids(await worker.claim({ start: 1, reserve: 3 })), [unique.id, behind.id])

    const dying = await f.worker({ queues: ['q'], leaseMs: 30 })
    const [lost, next] = await client.enqueue({ queue: 'q' }, { queue: 'q' })
    await dying.claimOne()
    await recoverAll(client.store, 1)
    const heir = await f.worker({ queues: ['q'] })
    assert.deepEqual(await heir.claim({ start: 0, reserve: 2 }), [])
    assert.deepEqual(ids(await heir.claim({ start: 1, reserve: 2 })), [lost?.id, next?.id])
  })

  suite.test('2.37 a claim ends where its bytes are used up, but never before one job, and says so', async (f) => {
    const client = await f.client()
    const worker = await f.worker()
    const input = JSON.stringify('x'.repeat(998))
    const jobs = await client.enqueue(...newJobs(4, { input }))
    const first = await worker.exchange({ claim: worker.wanted({ start: 4, maxBytes: 10 }) })
    assert.deepEqual([ids(first.claimed), first.more], [[jobs[0]?.id], true])
    const rest = await worker.exchange({ claim: worker.wanted({ start: 4, maxBytes: 2_500 }) })
    assert.deepEqual([ids(rest.claimed), rest.more], [[jobs[1]?.id, jobs[2]?.id], true])
  })
}
