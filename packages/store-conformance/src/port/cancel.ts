import assert from 'node:assert/strict'
import { newJobId, type Signal } from '@jobs-worker/core/store'
import { ids } from '../harness/jobs'
import { cancelled, complete, KEEP, postpone, release, retry } from '../harness/outcomes'
import { theJob } from '../harness/port-client'
import { Signalled } from '../harness/wait'
import type { Suite } from '../suite'

const HOUR = 3_600_000

/** Rule 8: cancelling. */
export function cancel(suite: Suite): void {
  suite.test('8.1 a job that does not run is cancelled at once', async (f) => {
    const client = await f.client()
    const worker = await f.worker()
    const [queued, scheduled] = await client.enqueue({}, { due: { delay: HOUR } })
    assert.ok(queued && scheduled)
    assert.deepEqual(await client.store.cancel([queued.id, scheduled.id], KEEP), ['done', 'done'])
    for (const { id } of [queued, scheduled]) {
      const job = await theJob(client.store, id)
      assert.deepEqual([job.state, job.attempt, job.worker], ['cancelled', 0, null])
      assert.ok(job.finishedAt !== null)
    }
    assert.deepEqual(await worker.claim({ start: 5 }), [])
    assert.equal((await client.store.promote(100)).nextDueIn, null)
  })

  suite.test('8.2 the worker of a running job is asked, by its beat and by a signal', async (f) => {
    const client = await f.client()
    const other = await f.another()
    const worker = await f.worker()
    const heard = new Signalled<Signal>()
    const unsubscribe = await client.store.subscribe((signal) => signal.kind === 'cancel' && heard.give(signal))
    f.onDispose(unsubscribe)
    await client.enqueue({}, {})
    const [job, beside] = await worker.claim({ start: 2 })
    assert.ok(job && beside)
    assert.deepEqual(await other.cancel([job.id], KEEP), ['requested'])
    await heard.wait('the cancel signal')
    const beat = await worker.beat(job, beside)
    assert.deepEqual([beat.cancelled, beat.lost], [[job.id], []])
    assert.equal((await theJob(client.store, job.id)).state, 'running')
    assert.deepEqual(await worker.settle(cancelled(job)), [true])
    assert.equal((await theJob(client.store, job.id)).state, 'cancelled')
    assert.deepEqual((await worker.beat(beside)).cancelled, [])
  })

  suite.test('8.3 cancelling a job that has ended does nothing', async (f) => {
    const client = await f.client()
    const worker = await f.worker()
    const { id } = await client.one()
    await worker.settle(complete(await worker.claimOne(), '7'))
    const before = await theJob(client.store, id)
    assert.deepEqual(await client.store.cancel([id], KEEP), ['unchanged'])
    assert.deepEqual(await theJob(client.store, id), before)
  })

  suite.test('8.4 asking twice is asking once; an unknown id is told', async (f) => {
    const client = await f.client()
    const worker = await f.worker()
    const { id } = await client.one()
    const job = await worker.claimOne()
    const unknown = newJobId('default')
    assert.deepEqual(await client.store.cancel([id, unknown, 'no-uuid'], KEEP), ['requested', 'unknown', 'unknown'])
    assert.deepEqual(await client.store.cancel([id], KEEP), ['requested'])
    await worker.settle(cancelled(job))
    assert.deepEqual(await client.store.cancel([id], KEEP), ['unchanged'])
  })

  suite.test('8.5 a reserved job is cancelled at once, and its holder has lost it', async (f) => {
    const client = await f.client()
    const worker = await f.worker()
    const { id } = await client.one()
    const [reserved] = await worker.claim({ start: 0, reserve: 1 })
    assert.ok(reserved)
    assert.deepEqual(await client.store.cancel([id], KEEP), ['done'])
    assert.equal(await worker.start(reserved), false)
    assert.deepEqual((await worker.beat(reserved)).lost, [id])
    assert.deepEqual(await worker.settle(complete(reserved)), [false])
    assert.equal((await theJob(client.store, id)).state, 'cancelled')
  })

  suite.test('8.6 a cancelled job is kept as it says, or as the call says', async (f) => {
    const client = await f.client()
    const own = { ...KEEP, cancelled: 0 }
    const [mine, theirs, gone] = await client.enqueue({ keep: own }, { keep: KEEP }, {})
    assert.ok(mine && theirs && gone)
    await client.store.cancel([mine.id, theirs.id], { ...KEEP, cancelled: HOUR })
    await client.store.cancel([gone.id], own)
    assert.equal(await client.store.get(mine.id), null)
    assert.equal((await theJob(client.store, theirs.id)).state, 'cancelled')
    assert.equal(await client.store.get(gone.id), null)
  })

  suite.test('8.7 a run that had completed before the cancel reached it stays completed', async (f) => {
    const client = await f.client()
    const worker = await f.worker()
    const { id } = await client.one()
    const job = await worker.claimOne()
    const [verdicts, settled] = await Promise.all([client.store.cancel([id], KEEP), worker.settle(complete(job, '1'))])
    assert.deepEqual(settled, [true])
    assert.ok(['requested', 'unchanged'].includes(verdicts[0] as string), verdicts[0])
    const ended = await theJob(client.store, id)
    assert.deepEqual([ended.state, ended.result], ['completed', '1'])
  })

  suite.test('8.8 where the worker has not heard of the cancel, a run that would go on ends cancelled', async (f) => {
    const client = await f.client()
    const worker = await f.worker()
    const endings = [retry, postpone, release]
    await client.enqueue(...endings.map(() => ({})))
    const jobs = await worker.claim({ start: endings.length })
    await client.store.cancel(ids(jobs), KEEP)
    const outcomes = jobs.map((job, n) => (endings[n] as typeof retry)(job))
    assert.deepEqual(await worker.settle(...outcomes), [true, true, true])
    for (const { id } of jobs) assert.equal((await theJob(client.store, id)).state, 'cancelled')
    assert.deepEqual(await worker.claim({ start: 5 }), [])
  })
}
