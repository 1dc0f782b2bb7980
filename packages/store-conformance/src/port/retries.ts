import assert from 'node:assert/strict'
import { errorRecord } from '../harness/jobs'
import { fail, postpone, retry } from '../harness/outcomes'
import { theJob } from '../harness/port-client'
import { promoteAll } from '../harness/promote'
import type { Suite } from '../suite'

/** Rules 5 and 6, as far as a store has a part in them: it writes what it is told, and counts. */
export function retries(suite: Suite): void {
  suite.test('5.1 every run is counted, and every retry is charged', async (f) => {
    const client = await f.client()
    const worker = await f.worker()
    const { id } = await client.one({ maxAttempts: 3 })
    for (const attempt of [1, 2]) {
      const job = await worker.claimOne()
      assert.deepEqual([job.attempt, job.run], [attempt, attempt])
      await worker.settle(retry(job, 0, errorRecord({ attempt })))
      const waiting = await theJob(client.store, id)
      assert.deepEqual([waiting.state, waiting.attempt, waiting.worker], ['queued', attempt, null])
    }
    await worker.settle(fail(await worker.claimOne(), errorRecord({ attempt: 3 })))
    const ended = await theJob(client.store, id)
    assert.deepEqual([ended.state, ended.attempt, ended.errors.length, ended.result], ['failed', 3, 3, null])
  })

  suite.test('5.2 a retry is due after its delay, on the store’s clock', async (f) => {
    const client = await f.client()
    const worker = await f.worker()
    const { id } = await client.one()
    const job = await worker.claimOne()
    await worker.settle(retry(job, 3_600_000))
    const waiting = await theJob(client.store, id)
    assert.equal(waiting.state, 'scheduled')
    const wait = waiting.dueAt - (job.startedAt ?? 0)
    assert.ok(wait >= 3_600_000 && wait < 3_605_000, `${wait}`)
    assert.deepEqual(await worker.claim(), [])
  })

  suite.test('5.3 a failed job is not claimed again, whatever attempts are left', async (f) => {
    const client = await f.client()
    const worker = await f.worker()
    const { id } = await client.one({ maxAttempts: 10 })
    await worker.settle(fail(await worker.claimOne()))
    assert.deepEqual(await worker.claim(), [])
    assert.equal((await theJob(client.store, id)).state, 'failed')
  })

  suite.test('6.1 a postponed job runs again without costing an attempt, and counts its postponements', async (f) => {
    const client = await f.client()
    const worker = await f.worker()
    const { id } = await client.one({ maxAttempts: 1 })
    for (const postpones of [1, 2, 3]) {
      const job = await worker.claimOne()
      assert.deepEqual([job.attempt, job.run], [1, postpones])
      await worker.settle(postpone(job, postpones === 2 ? 10 : 0))
      const waiting = await theJob(client.store, id)
      assert.deepEqual([waiting.attempt, waiting.postpones, waiting.errors], [0, postpones, []])
      if (postpones === 2) await promoteAll(client.store, 1)
    }
    assert.equal((await worker.claimOne()).attempt, 1)
  })

  suite.test('6.2 a postponed job is due after its delay', async (f) => {
    const client = await f.client()
    const worker = await f.worker()
    const { id } = await client.one()
    const job = await worker.claimOne()
    await worker.settle(postpone(job, 60_000))
    const waiting = await theJob(client.store, id)
    assert.deepEqual([waiting.state, waiting.postpones, waiting.attempt], ['scheduled', 1, 0])
    const wait = waiting.dueAt - (job.startedAt ?? 0)
    assert.ok(wait >= 60_000 && wait < 65_000, `${wait}`)
  })

  suite.test('6.3 postponing keeps attempts that were charged before', async (f) => {
    const client = await f.client()
    const worker = await f.worker()
    const { id } = await client.one()
    await worker.settle(retry(await worker.claimOne()))
    await worker.settle(postpone(await worker.claimOne()))
    const waiting = await theJob(client.store, id)
    assert.deepEqual([waiting.attempt, waiting.run, waiting.postpones, waiting.errors.length], [1, 2, 1, 1])
    assert.equal((await worker.claimOne()).attempt, 2)
  })
}
