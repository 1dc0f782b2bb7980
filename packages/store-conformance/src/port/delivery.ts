import assert from 'node:assert/strict'
import type { Fixture } from '../harness/fixture'
import { ids } from '../harness/jobs'
import { complete, fail, fence, postpone, release, retry } from '../harness/outcomes'
import { theJob } from '../harness/port-client'
import type { PortWorker } from '../harness/port-worker'
import { recoverAll } from '../harness/recover'
import type { Suite } from '../suite'

/** Rule 1: a job goes to one claimant at a time, and only that one writes. */
export function delivery(suite: Suite): void {
  suite.test('1.1 a claimed job is claimed by nobody else', async (f) => {
    const client = await f.client()
    const [one, two] = [await f.worker(), await f.worker({}, await f.another())]
    const job = await client.one()
    assert.deepEqual(ids(await one.claim()), [job.id])
    assert.deepEqual(await two.claim(), [])
  })

  suite.test('1.2 a claim shows the job as running, with its run, attempt, worker and start', async (f) => {
    const client = await f.client()
    const worker = await f.worker()
    const before = await client.one({ input: '{"a":1}' })
    const waiting = await theJob(client.store, before.id)
    assert.deepEqual([waiting.state, waiting.run, waiting.attempt, waiting.worker], ['queued', 0, 0, null])
    assert.equal(waiting.startedAt, null)
    const claimed = await worker.claimOne()
    const job = await theJob(client.store, before.id)
    assert.deepEqual([job.state, job.run, job.attempt, job.worker], ['running', 1, 1, worker.info.id])
    assert.deepEqual([claimed.state, claimed.run, claimed.attempt, claimed.reserved], ['running', 1, 1, false])
    assert.equal(claimed.input, '{"a":1}')
    assert.ok(job.startedAt !== null && job.startedAt >= job.createdAt)
  })

  suite.test('1.3 a settlement ends the run once', async (f) => {
    const client = await f.client()
    const worker = await f.worker()
    const { id } = await client.one()
    const job = await worker.claimOne()
    assert.deepEqual(await worker.settle(complete(job, '"first"')), [true])
    assert.deepEqual(await worker.settle(complete(job, '"second"')), [false])
    assert.deepEqual(await worker.settle(fail(job)), [false])
    const ended = await theJob(client.store, id)
    assert.deepEqual([ended.state, ended.result, ended.worker], ['completed', '"first"', null])
    assert.ok(ended.finishedAt !== null && ended.startedAt !== null && ended.finishedAt >= ended.startedAt)
  })

  suite.test('1.4 run and claim both fence what a claimant writes', async (f) => {
    const client = await f.client()
    const worker = await f.worker()
    const { id } = await client.one()
    const job = await worker.claimOne()
    const wrongRun = { ...fence(job), run: job.run + 1 }
    const oldRun = { ...fence(job), run: job.run - 1 }
    const wrongClaim = { ...fence(job), claim: worker.wanted().id }
    for (const wrong of [wrongRun, oldRun, wrongClaim]) {
      assert.deepEqual(await worker.settle(complete(wrong)), [false])
      assert.equal(await worker.report(wrong, { progress: '1' }), false)
      assert.deepEqual((await worker.beat(wrong)).lost, [id])
    }
    assert.equal((await theJob(client.store, id)).state, 'running')
    assert.deepEqual((await worker.beat(job)).lost, [])
    assert.deepEqual(await worker.settle(complete(job)), [true])
  })

  suite.test('1.5 who lost the lease can settle, start, report and extend nothing, and is told', async (f) => {
    const { old, now, stale, fresh } = await takenOver(f)
    for (const outcome of [complete(stale), fail(stale), retry(stale), postpone(stale), release(stale)]) {
      assert.deepEqual(await old.settle(outcome), [false], outcome.kind)
    }
    assert.equal(await old.start(stale), false)
    assert.equal(await old.report(stale, { progress: '99', meta: '{"late":true}' }), false)
    const beat = await old.beat(stale)
    assert.deepEqual([beat.lost, beat.cancelled], [[stale.id], []])
    const job = await theJob(now.store, fresh.id)
    assert.deepEqual([job.state, job.run, job.worker, job.progress], ['running', 2, now.info.id, null])
    assert.deepEqual(await now.settle(complete(fresh, '"right"')), [true])
    assert.equal((await theJob(now.store, fresh.id)).result, '"right"')
  })

  suite.test('1.6 outcomes of one exchange are fenced one by one', async (f) => {
    const { old, now, stale, fresh } = await takenOver(f)
    const client = await f.client(now.store)
    await client.enqueue({}, {})
    const [a, b] = await now.claim({ start: 2 })
    assert.ok(a && b)
    const settled = await now.settle(complete(a, '1'), complete(stale, '2'), retry(b), complete(fresh, '3'))
    assert.deepEqual(settled, [true, false, true, true])
    assert.equal((await theJob(now.store, fresh.id)).result, '3')
    assert.equal((await theJob(now.store, a.id)).result, '1')
    assert.equal((await theJob(now.store, b.id)).state, 'queued')
    assert.deepEqual(await old.settle(complete(stale)), [false])
  })

  suite.test('1.7 a worker that is not registered claims nothing and is told', async (f) => {
    const client = await f.client()
    const worker = await f.worker()
    await client.enqueue({}, {})
    const job = await worker.claimOne()
    await worker.unregister()
    const reply = await worker.exchange({ claim: worker.wanted() })
    assert.deepEqual([reply.registered, reply.claimed], [false, []])
    assert.equal((await worker.beat(job)).registered, false)
  })

  suite.test('1.8 a lease lives as long as its worker beats', async (f) => {
    const client = await f.client()
    const [old, steady] = [await f.worker({ leaseMs: 400 }), await f.worker({ leaseMs: 400 })]
    await client.enqueue({}, {})
    const [lost, kept] = [await old.claimOne(), await steady.claimOne()]
    const recovered = await recoverAll(client.store, 1, () => steady.beat(kept))
    assert.equal(recovered, 1)
    assert.deepEqual((await steady.beat(kept)).lost, [])
    assert.deepEqual((await old.beat(lost)).lost, [lost.id])
    assert.deepEqual(await steady.settle(complete(kept)), [true])
  })
}

/** A worker, the job it had, and the worker that has the job now. */
async function takenOver(f: Fixture) {
  const client = await f.client()
  const old = await f.worker({ leaseMs: 50 })
  await client.one({ maxAttempts: 5 })
  const stale = await old.claimOne()
  await recoverAll(client.store, 1)
  const now: PortWorker = await f.worker({}, await f.another())
  const fresh = await now.claimOne()
  assert.equal(fresh.id, stale.id)
  return { old, now, stale, fresh }
}
