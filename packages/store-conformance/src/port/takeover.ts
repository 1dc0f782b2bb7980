import assert from 'node:assert/strict'
import { complete } from '../harness/outcomes'
import { theJob } from '../harness/port-client'
import { PortWorker } from '../harness/port-worker'
import { recoverAll } from '../harness/recover'
import { until } from '../harness/wait'
import type { Suite } from '../suite'

/** Rule 3, ids: one live worker to an id, and a dead one's successor. */
export function takeover(suite: Suite): void {
  suite.test('3.20 a second worker under an id is refused and told who has it', async (f) => {
    const store = await f.store()
    const holder = await f.worker({ id: 'W' })
    const newcomer = new PortWorker(await f.another(), { id: 'W' })
    const answer = await newcomer.register()
    assert.equal(answer.registered, false)
    assert.ok(!answer.registered)
    assert.deepEqual(
      [answer.holder.instance, answer.holder.host, answer.holder.pid],
      [holder.instance, holder.info.host, holder.info.pid],
    )
    assert.ok(answer.holder.beatAge >= 0 && answer.holder.beatAge < 5_000)
    assert.deepEqual(
      (await store.workers()).map((worker) => worker.instance),
      [holder.instance],
    )
  })

  suite.test('3.21 registering again is the same registration', async (f) => {
    const worker = await f.worker({ id: 'W' })
    assert.deepEqual(await worker.register(), { registered: true })
    assert.equal((await worker.store.workers()).length, 1)
  })

  suite.test('3.22 a successor that evicts the holder gets its jobs, without waiting for the lease', async (f) => {
    const client = await f.client()
    const holder = await f.worker({ id: 'W' })
    const { id } = await client.one()
    const stale = await holder.claimOne()
    const heir = new PortWorker(await f.another(), { id: 'W' })
    assert.deepEqual(await heir.register({ instance: holder.instance, beatAge: 0 }), { registered: true })
    await recoverAll(client.store, 1)
    const job = await heir.claimOne()
    assert.deepEqual([job.id, job.run, job.attempt], [id, 2, 2])
    assert.deepEqual(await holder.settle(complete(stale)), [false])
    const beat = await holder.beat(stale)
    assert.deepEqual([beat.registered, beat.lost], [false, [id]])
    assert.deepEqual(await heir.settle(complete(job)), [true])
    assert.equal((await theJob(client.store, id)).state, 'completed')
  })

  suite.test('3.23 a holder that beat meanwhile is not evicted', async (f) => {
    const holder = await f.worker({ id: 'W' })
    const heir = new PortWorker(await f.another(), { id: 'W' })
    await holder.beat()
    const answer = await heir.register({ instance: holder.instance, beatAge: 60_000 })
    assert.equal(answer.registered, false)
    assert.equal((await holder.beat()).registered, true)
  })

  suite.test('3.24 eviction of another instance than the holder changes nothing', async (f) => {
    const holder = await f.worker({ id: 'W' })
    const heir = new PortWorker(await f.another(), { id: 'W' })
    const answer = await heir.register({ instance: heir.instance, beatAge: 0 })
    assert.equal(answer.registered, false)
    assert.equal((await holder.beat()).registered, true)
  })

  suite.test('3.25 of many that evict one holder at once, one gets the id', async (f) => {
    const holder = await f.worker({ id: 'W' })
    const heirs = await Promise.all([1, 2, 3, 4].map(async () => new PortWorker(await f.another(), { id: 'W' })))
    const evict = { instance: holder.instance, beatAge: 0 }
    const answers = await Promise.all(heirs.map((heir) => heir.register(evict)))
    assert.equal(answers.filter((answer) => answer.registered).length, 1)
  })

  suite.test('3.26 an id is free again when its worker has left', async (f) => {
    const holder = await f.worker({ id: 'W' })
    await holder.unregister()
    const next = new PortWorker(holder.store, { id: 'W' })
    assert.deepEqual(await next.register(), { registered: true })
  })

  suite.test('3.27 workers are listed while their lease lives, with what they serve', async (f) => {
    const store = await f.store()
    const worker = await f.worker({ id: 'A', queues: ['q', 'r'], lanes: ['t', 'u'] })
    const brief = await f.worker({ id: 'B', leaseMs: 50 })
    const [listed] = (await store.workers()).filter((one) => one.id === 'A')
    assert.ok(listed)
    assert.deepEqual(
      [listed.instance, listed.pid, [...listed.queues].sort(), [...listed.lanes].sort()],
      [worker.instance, process.pid, ['q', 'r'], ['t', 'u']],
    )
    await until('the worker without beats is off the list', async () =>
      (await store.workers()).every((one) => one.instance !== brief.instance),
    )
    assert.equal((await store.workers()).length, 1)
  })
}
