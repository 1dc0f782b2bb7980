import assert from 'node:assert/strict'
import { newJobId } from '@jobs-worker/core/store'
import { ids, newJobs } from '../harness/jobs'
import { cancelled, complete, fail, fence, KEEP, postpone, retry } from '../harness/outcomes'
import { theJob } from '../harness/port-client'
import type { Suite } from '../suite'

const HOUR = 3_600_000

/** Rules 18 and 20: what can be done to jobs by their ids. */
export function admin(suite: Suite): void {
  suite.test('18.20 an operation takes a thousand ids and answers them in order', async (f) => {
    const client = await f.client()
    const jobs = newJobs(999)
    await client.send(jobs)
    const all = [...ids(jobs.slice(0, 500)), newJobId('default'), ...ids(jobs.slice(500))]
    const verdicts = await client.store.cancel(all, KEEP)
    assert.deepEqual(
      verdicts,
      all.map((_, n) => (n === 500 ? 'unknown' : 'done')),
    )
    assert.ok((await client.store.retry(all)).every((verdict, n) => verdict === (n === 500 ? 'unknown' : 'done')))
    assert.ok((await client.store.remove(all)).every((verdict, n) => verdict === (n === 500 ? 'unknown' : 'done')))
    assert.deepEqual((await client.store.list({ limit: 10 })).jobs, [])
  })

  suite.test('18.21 remove deletes what does not run, whatever its state', async (f) => {
    const client = await f.client()
    const worker = await f.worker()
    const first = await client.enqueue({}, {}, {}, {})
    const [a, b, c, reserved] = await worker.claim({ start: 3, reserve: 1 })
    assert.ok(a && b && c && reserved)
    await worker.settle(complete(a), fail(b), cancelled(c))
    const rest = await client.enqueue({}, { due: { delay: HOUR } })
    const all = ids([...first, ...rest])
    assert.deepEqual(
      await client.store.remove(all),
      all.map(() => 'done'),
    )
    for (const id of all) assert.equal(await client.store.get(id), null)
    assert.equal(await worker.start(reserved), false)
    assert.deepEqual((await worker.beat(reserved)).lost, [reserved.id])
    assert.deepEqual(await worker.claim({ start: 5 }), [])
    assert.deepEqual(
      await client.store.remove(all),
      all.map(() => 'unknown'),
    )
  })

  suite.test('18.22 a running job that is removed is cancelled first and leaves nothing when it ends', async (f) => {
    const client = await f.client()
    const worker = await f.worker()
    await client.enqueue({}, {})
    const [a, b] = await worker.claim({ start: 2 })
    assert.ok(a && b)
    assert.deepEqual(await client.store.remove([a.id, b.id]), ['requested', 'requested'])
    assert.deepEqual(new Set((await worker.beat(a, b)).cancelled), new Set([a.id, b.id]))
    assert.deepEqual(await worker.settle(cancelled(a, HOUR), complete(b, '1', HOUR)), [true, true])
    assert.deepEqual([await client.store.get(a.id), await client.store.get(b.id)], [null, null])
  })

  suite.test(
    '20.1 retry takes any final job, joins the end of the line and grants one more attempt at least',
    async (f) => {
      const client = await f.client()
      const worker = await f.worker()
      await client.enqueue({ maxAttempts: 1 }, { maxAttempts: 5 }, { maxAttempts: 1 })
      const [spent, fresh, ended] = await worker.claim({ start: 3 })
      assert.ok(spent && fresh && ended)
      await worker.settle(fail(spent), complete(fresh, '1'), cancelled(ended))
      const waiting = await client.one()
      assert.deepEqual(await client.store.retry([fresh.id, spent.id, ended.id]), ['done', 'done', 'done'])
      const job = await theJob(client.store, spent.id)
      assert.deepEqual([job.state, job.attempt, job.finishedAt, job.errors.length], ['queued', 1, null, 1])
      assert.ok((job.maxAttempts ?? 0) >= 2)
      const again = await theJob(client.store, fresh.id)
      assert.deepEqual([again.state, again.result, again.maxAttempts], ['queued', null, 5])
      assert.deepEqual(ids(await worker.claim({ start: 5 })), [waiting.id, fresh.id, spent.id, ended.id])
    },
  )

  suite.test('20.6 retry counts postpones anew: what failed of too many is not to fail at the next', async (f) => {
    const client = await f.client()
    const worker = await f.worker()
    const { id } = await client.one()
    await worker.settle(postpone(await worker.claimOne()))
    await worker.settle(fail(await worker.claimOne()))
    assert.equal((await theJob(client.store, id)).postpones, 1)
    assert.deepEqual(await client.store.retry([id]), ['done'])
    assert.equal((await worker.claimOne()).postpones, 0)
  })

  suite.test('20.2 retry leaves what has not ended, and tells unknown ids', async (f) => {
    const client = await f.client()
    const worker = await f.worker()
    const running = await client.one()
    await worker.claimOne()
    const [queued, scheduled] = await client.enqueue({}, { due: { delay: HOUR } })
    const unknown = [newJobId('default'), 'x', '']
    const all = [running.id, queued?.id as string, scheduled?.id as string, ...unknown]
    const expected = ['unchanged', 'unchanged', 'unchanged', 'unknown', 'unknown', 'unknown']
    assert.deepEqual(await client.store.retry(all), expected)
  })

  suite.test('20.3 a scheduled job can be made due now, behind what is due', async (f) => {
    const client = await f.client()
    const worker = await f.worker()
    const [later, now] = await client.enqueue({ due: { delay: HOUR } }, {})
    assert.ok(later && now)
    assert.deepEqual(await client.store.makeDue([later.id, now.id, newJobId('default')]), [
      'done',
      'unchanged',
      'unknown',
    ])
    const job = await theJob(client.store, later.id)
    assert.equal(job.state, 'queued')
    assert.deepEqual(ids(await worker.claimAll()), [now.id, later.id])
  })

  suite.test('20.4 a retry that waits can be made due now', async (f) => {
    const client = await f.client()
    const worker = await f.worker()
    const { id } = await client.one()
    await worker.settle(retry(await worker.claimOne(), HOUR))
    assert.deepEqual(await client.store.makeDue([id]), ['done'])
    const job = await worker.claimOne()
    assert.deepEqual([job.id, job.attempt], [id, 2])
  })

  suite.test('20.5 get of an unknown id is null', async (f) => {
    const store = await f.store()
    for (const id of [newJobId('default'), 'nonsense', '', 'ffffffff-ffff-ffff-ffff-ffffffffffff']) {
      assert.equal(await store.get(id), null)
    }
    const worker = await f.worker()
    const strange = fence({ id: newJobId('default'), run: 1, claim: worker.wanted().id })
    assert.deepEqual((await worker.beat(strange)).lost, [strange.id])
    assert.deepEqual(await worker.settle(complete(strange)), [false])
  })
}
