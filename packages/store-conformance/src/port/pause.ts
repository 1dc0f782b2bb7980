import assert from 'node:assert/strict'
import type { Signal } from '@jobs-worker/core/store'
import { ids, newJobs } from '../harness/jobs'
import { complete } from '../harness/outcomes'
import { theJob } from '../harness/port-client'
import { Signalled } from '../harness/wait'
import type { Suite } from '../suite'

/** Rule 10: pausing a queue. */
export function pause(suite: Suite): void {
  suite.test(
    '10.1 after pause no later claim gets a job of that queue, on any worker; running jobs finish',
    async (f) => {
      const client = await f.client()
      const here = await f.worker({ queues: ['default', 'open'] })
      const there = await f.worker({}, await f.another())
      const [first] = await client.enqueue({}, {}, {})
      const free = await client.one({ queue: 'open' })
      const running = await here.claimOne()
      await client.store.pause('default')
      assert.deepEqual(await there.claim({ start: 5 }), [])
      assert.deepEqual(ids(await here.claim({ start: 5, reserve: 5 })), [free.id])
      assert.deepEqual(await here.settle(complete(running)), [true])
      assert.equal((await theJob(client.store, first?.id as string)).state, 'completed')
    },
  )

  suite.test('10.2 resume lets the queue go on where it was, and wakes its workers', async (f) => {
    const client = await f.client()
    const worker = await f.worker({}, await f.another())
    const jobs = await client.enqueue({}, {})
    await client.store.pause('default')
    const resumed = new Signalled<Signal>()
    f.onDispose(
      await worker.store.subscribe((signal) => {
        if (signal.kind === 'resumed' && signal.queue === 'default') resumed.give(signal)
      }),
    )
    await client.store.resume('default')
    await resumed.wait('the resume')
    assert.deepEqual(ids(await worker.claimAll()), ids(jobs))
  })

  suite.test('10.3 workers are told by signal and by beat', async (f) => {
    const store = await f.store()
    const worker = await f.worker({ queues: ['a', 'b'] }, await f.another())
    const paused = new Signalled<Signal>()
    f.onDispose(
      await worker.store.subscribe((signal) => {
        if (signal.kind === 'paused' && signal.queue === 'b') paused.give(signal)
      }),
    )
    assert.deepEqual((await worker.beat()).paused, [])
    await store.pause('b')
    await store.pause('c')
    await paused.wait('the pause')
    assert.deepEqual((await worker.beat()).paused, ['b'])
    await store.resume('b')
    assert.deepEqual((await worker.beat()).paused, [])
  })

  suite.test('10.4 pausing is idempotent, takes queues never used, and is shown', async (f) => {
    const client = await f.client()
    await client.store.pause('empty')
    await client.store.pause('empty')
    await client.one()
    const queues = (await client.store.queues()).map(({ name, paused }) => [name, paused])
    assert.deepEqual(queues, [
      ['default', false],
      ['empty', true],
    ])
    await client.store.resume('empty')
    await client.store.resume('never-paused')
    assert.ok((await client.store.queues()).every(({ paused }) => !paused))
  })

  suite.test('10.5 claims race with a pause: none that was asked after it gets a job', async (f) => {
    const client = await f.client()
    const workers = await Promise.all([1, 2, 3].map(async () => f.worker({}, await f.another())))
    for (let round = 0; round < 4; round++) {
      await client.send(newJobs(20))
      const early = workers.map((worker) => worker.claim({ start: 3 }))
      await client.store.pause('default')
      const late = await Promise.all(workers.map((worker) => worker.claim({ start: 3 })))
      assert.deepEqual(late.flat(), [])
      await Promise.all(early)
      await client.store.resume('default')
    }
  })

  suite.test('10.6 enqueueing, promoting and cancelling go on in a paused queue', async (f) => {
    const client = await f.client()
    const worker = await f.worker()
    await client.store.pause('default')
    const [now, later] = await client.enqueue({}, { due: { delay: 3_600_000 } })
    assert.deepEqual(await client.store.makeDue([later?.id as string]), ['done'])
    assert.deepEqual(await worker.claim({ start: 5 }), [])
    await client.store.resume('default')
    assert.deepEqual(ids(await worker.claimAll()), ids([now, later] as never))
  })

  suite.test(
    '10.7 pausing survives a restart',
    async (f) => {
      const client = await f.client()
      await client.one()
      await client.store.pause('default')
      const store = await f.reopened()
      const worker = await f.worker({}, store)
      assert.deepEqual(await worker.claim(), [])
      assert.equal((await store.queues())[0]?.paused, true)
    },
    { durable: true },
  )
}
