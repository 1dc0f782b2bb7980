import assert from 'node:assert/strict'
import type { ClaimedJob } from '@jobs-worker/core/store'
import { ids, newJobs } from '../harness/jobs'
import { complete, KEEP, release, retry } from '../harness/outcomes'
import { theJob } from '../harness/port-client'
import { LEASE_EXPIRED, recoverAll, recoverOptions } from '../harness/recover'
import { until } from '../harness/wait'
import type { Suite } from '../suite'

/** Rule 3, shutdown and death: what becomes of the jobs of a worker that is no more. */
export function recovery(suite: Suite): void {
  suite.test('3.1 a job interrupted by shutdown costs no attempt', async (f) => {
    const client = await f.client()
    const worker = await f.worker()
    const { id } = await client.one()
    const job = await worker.claimOne()
    assert.deepEqual(await worker.settle(release(job, 500)), [true])
    const back = await theJob(client.store, id)
    assert.deepEqual([back.state, back.attempt, back.run, back.worker, back.errors], ['queued', 0, 1, null, []])
    const again = await worker.claimOne()
    assert.deepEqual([again.id, again.attempt, again.run], [id, 1, 2])
  })

  suite.test(
    '3.2 of a dead worker, started jobs cost an attempt and carry the error; reserved ones do not',
    async (f) => {
      const client = await f.client()
      const dead = await f.worker({ leaseMs: 50 })
      const [started, reserved] = await client.enqueue({}, {})
      assert.ok(started && reserved)
      await dead.claim({ start: 1, reserve: 1 })
      assert.equal(await recoverAll(client.store, 2), 2)
      const was = await theJob(client.store, started.id)
      assert.deepEqual([was.state, was.attempt, was.worker], ['queued', 1, null])
      assert.equal(was.errors.length, 1)
      const [error] = was.errors
      assert.deepEqual([error?.name, error?.code, error?.attempt], [LEASE_EXPIRED.name, LEASE_EXPIRED.code, 1])
      assert.ok((error?.time ?? 0) > 0)
      const never = await theJob(client.store, reserved.id)
      assert.deepEqual([never.state, never.attempt, never.errors], ['queued', 0, []])
    },
  )

  suite.test('3.3 recovered jobs are claimed before everything else; reserved ones keep their place', async (f) => {
    const client = await f.client()
    const dead = await f.worker({ leaseMs: 50 })
    const [started, reserved, third] = await client.enqueue(...newJobs(3))
    await dead.claim({ start: 1, reserve: 1 })
    const urgent = await client.one({ priority: -32_768 })
    await recoverAll(client.store, 2)
    const worker = await f.worker()
    assert.deepEqual(ids(await worker.claimAll()), [started?.id, urgent.id, reserved?.id, third?.id])
  })

  suite.test('3.4 after the last attempt a dead worker’s job ends failed, and is kept as it says', async (f) => {
    const client = await f.client()
    const dead = await f.worker({ leaseMs: 50 })
    const keep = { completed: 0, failed: 3_600_000, cancelled: 0 }
    const [last, own] = await client.enqueue({ maxAttempts: 1 }, { maxAttempts: 1, keep: { ...keep, failed: 0 } })
    assert.ok(last && own)
    await dead.claim({ start: 2 })
    await recoverAll(client.store, 2)
    const job = await theJob(client.store, last.id)
    assert.deepEqual([job.state, job.attempt, job.worker, job.errors.length], ['failed', 1, null, 1])
    assert.equal(job.errors[0]?.name, LEASE_EXPIRED.name)
    assert.ok(job.finishedAt !== null)
    assert.equal(await client.store.get(own.id), null)
  })

  suite.test('3.5 a job that was to be cancelled ends cancelled when its worker dies', async (f) => {
    const client = await f.client()
    const dead = await f.worker({ leaseMs: 300 })
    const { id } = await client.one()
    await dead.claimOne()
    assert.deepEqual(await client.store.cancel([id], KEEP), ['requested'])
    await recoverAll(client.store, 1)
    assert.equal((await theJob(client.store, id)).state, 'cancelled')
  })

  suite.test('3.6 recovery goes in steps, and any number of processes may do it at once', async (f) => {
    const client = await f.client()
    const stores = [client.store, await f.another(), await f.another()]
    const dead = await f.worker({ leaseMs: 50 })
    const jobs = await client.enqueue(...newJobs(25))
    await dead.claim({ start: 25 })
    let recovered = 0
    await until('all are recovered', async () => {
      const steps = await Promise.all(stores.map((store) => store.recover(recoverOptions({ limit: 4 }))))
      for (const step of steps) {
        assert.ok(step.count <= 4, `${step.count} in a step of 4`)
        recovered += step.count
      }
      return recovered >= 25
    })
    assert.equal(recovered, 25)
    const worker = await f.worker()
    const again = await worker.claimAll()
    assert.deepEqual(new Set(ids(again)), new Set(ids(jobs)))
    assert.ok(again.every((job) => job.attempt === 2 && job.errors.length === 1))
  })

  suite.test('3.7 a worker that lives loses nothing to recovery', async (f) => {
    const client = await f.client()
    const worker = await f.worker()
    await client.enqueue({}, {})
    const jobs = await worker.claim({ start: 1, reserve: 1 })
    assert.deepEqual(await client.store.recover(recoverOptions()), { count: 0, more: false })
    assert.deepEqual((await worker.beat(...jobs)).lost, [])
  })

  suite.test('3.8 attempts of dead workers and failures add up to maxAttempts', async (f) => {
    const client = await f.client()
    const { id } = await client.one({ maxAttempts: 3 })
    const failing = await f.worker()
    await failing.settle(retry(await failing.claimOne()))
    for (const attempt of [2, 3]) {
      const dead = await f.worker({ leaseMs: 30 })
      assert.equal((await dead.claimOne()).attempt, attempt)
      await recoverAll(client.store, 1)
    }
    const job = await theJob(client.store, id)
    assert.deepEqual([job.state, job.attempt, job.run], ['failed', 3, 3])
    assert.deepEqual(
      job.errors.map((error) => error.attempt),
      [1, 2, 3],
    )
  })

  suite.test('3.9 an unregistered worker’s jobs are recovered without waiting for its lease', async (f) => {
    const client = await f.client()
    const gone = await f.worker({ leaseMs: 60_000 })
    const { id } = await client.one()
    const job: ClaimedJob = await gone.claimOne()
    await gone.unregister()
    await recoverAll(client.store, 1)
    assert.equal((await theJob(client.store, id)).attempt, 1)
    assert.deepEqual(await gone.settle(complete(job)), [false])
  })
}
