import assert from 'node:assert/strict'
import { PORT_VERSION, type Store } from '@jobs-worker/core/store'
import { newJob, newJobs } from '../harness/jobs'
import { KEEP } from '../harness/outcomes'
import { PortClient } from '../harness/port-client'
import { PortWorker } from '../harness/port-worker'
import { recoverOptions } from '../harness/recover'
import { newSchedule } from '../harness/schedules'
import type { Suite } from '../suite'

/** Every operation of the port, harmless. */
function operations(store: Store): Record<string, () => Promise<unknown>> {
  const [client, worker] = [new PortClient(store), new PortWorker(store)]
  const { id } = newJob()
  return {
    register: () => worker.register(),
    enqueue: () => client.send([newJob()]),
    exchange: () => worker.exchange({ claim: worker.wanted() }),
    extend: () => worker.beat(),
    recover: () => store.recover(recoverOptions()),
    promote: () => store.promote(10),
    prune: () => store.prune(10),
    get: () => store.get(id),
    list: () => store.list({ limit: 10 }),
    queues: () => store.queues(),
    unserved: () => store.unserved(['default']),
    workers: () => store.workers(),
    cancel: () => store.cancel([id], KEEP),
    retry: () => store.retry([id]),
    makeDue: () => store.makeDue([id]),
    remove: () => store.remove([id]),
    pause: () => store.pause('default'),
    resume: () => store.resume('default'),
    subscribe: async () => (await store.subscribe(() => undefined))(),
    watch: () => store.watch(1_000),
    publish: () => store.publish('me', []),
    'schedules.clock': () => store.schedules.clock(),
    'schedules.upsert': () => store.schedules.upsert(newSchedule()),
    'schedules.get': () => store.schedules.get('schedule'),
    'schedules.list': () => store.schedules.list(10),
    'schedules.change': () => store.schedules.change('schedule', { revision: 0 }),
    'schedules.take': () => store.schedules.take(10, 1_000),
    'schedules.fire': () => store.schedules.fire([]),
    'schedules.remove': () => store.schedules.remove('schedule'),
    unregister: () => worker.unregister(),
  }
}

const code = (error: unknown) => String((error as { code?: unknown }).code)

/** The port itself: opening, closing, and what it says about itself. */
export function lifecycle(suite: Suite): void {
  suite.test('0.1 a store says its name, the version of the port and its capabilities', async (f) => {
    const store = await f.unopened()
    assert.equal(store.portVersion, PORT_VERSION)
    assert.ok(store.name.length > 0)
    assert.deepEqual(store.capabilities, f.under.capabilities)
  })

  suite.test(
    '0.2 before it is open every operation opens the store first, or says that it must be',
    async (f) => {
      const names = Object.keys(operations(await f.unopened()))
      const fresh = await f.unopened()
      for (const name of names) {
        const outcome = await operations(fresh)
          [name]?.()
          .then(
            () => 'done',
            (error: unknown) => code(error),
          )
        assert.match(String(outcome), /^(done|JOBS_\w+)$/, name)
      }
    },
    { processes: 'many' },
  )

  suite.test('0.3 operations called while it opens wait for it', async (f) => {
    const store = await f.unopened()
    const opening = store.open()
    const calls = Object.entries(operations(store)).map(async ([name, call]) => {
      await call().catch((error: unknown) => assert.fail(`${name}: ${error}`))
    })
    await Promise.all([opening, ...calls])
  })

  suite.test('0.4 opening again, or at the same time, does nothing more', async (f) => {
    const store = await f.unopened()
    await Promise.all([store.open(), store.open(), store.open()])
    const client = new PortClient(store)
    await client.one()
    await store.open()
    assert.equal((await store.list({ limit: 10 })).jobs.length, 1)
    assert.deepEqual(await store.migrate(), [])
  })

  suite.test('0.5 after close every operation throws JOBS_STORE_CLOSED', async (f) => {
    const store = await f.unopened()
    await store.open()
    await store.close()
    for (const [name, call] of Object.entries(operations(store))) {
      await assert.rejects(call(), (error) => code(error) === 'JOBS_STORE_CLOSED', name)
    }
    await assert.rejects(store.open(), (error) => code(error) === 'JOBS_STORE_CLOSED')
  })

  suite.test('0.6 closing twice, or a store that was never open, is fine', async (f) => {
    const [used, unused] = [await f.unopened(), await f.unopened()]
    await used.open()
    await Promise.all([used.close(), used.close()])
    await used.close()
    await unused.close()
  })

  suite.test('0.7 closing lets what was asked before it end', async (f) => {
    const store = await f.unopened()
    await store.open()
    const client = new PortClient(store)
    const sent = client.send(newJobs(20))
    const closed = store.close()
    const outcome = await sent.then(
      ({ jobs }) => jobs.length,
      (error: unknown) => code(error),
    )
    await closed
    assert.ok(outcome === 20 || /^JOBS_STORE_(CLOSED|UNAVAILABLE)$/.test(String(outcome)), String(outcome))
  })

  suite.test(
    '0.8 any number of store objects open and migrate one database at once',
    async (f) => {
      const stores = await Promise.all(Array.from({ length: 5 }, () => f.unopened()))
      await Promise.all(stores.map((store) => store.open()))
      const [first, , , , last] = stores
      await new PortClient(first as Store).one()
      assert.equal((await (last as Store).list({ limit: 5 })).jobs.length, 1)
    },
    { processes: 'many' },
  )

  suite.test(
    '0.9 without migrate a missing schema is told, and nothing is made',
    async (f) => {
      const bare = await f.unopened()
      await assert.rejects(bare.open({ migrate: false }), (error) => code(error) === 'JOBS_SCHEMA_MISSING')
      const other = await f.unopened()
      await assert.rejects(other.open({ migrate: false }), (error) => code(error) === 'JOBS_SCHEMA_MISSING')
      const migrating = await f.unopened()
      assert.ok((await migrating.migrate()).length > 0)
      await (await f.unopened()).open({ migrate: false })
    },
    { processes: 'many' },
  )

  suite.test('0.10 an empty exchange and an empty beat are fine', async (f) => {
    const worker = await f.worker()
    const reply = await worker.exchange({})
    assert.deepEqual([reply.settled, reply.started, reply.reported, reply.claimed], [[], [], [], []])
    const beat = await worker.beat()
    assert.deepEqual([beat.lost, beat.cancelled, beat.paused, beat.registered], [[], [], [], true])
  })
}
