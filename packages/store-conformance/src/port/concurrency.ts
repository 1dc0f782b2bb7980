import assert from 'node:assert/strict'
import type { Store } from '@jobs-worker/core/store'
import type { Fixture } from '../harness/fixture'
import { ids, newJobs } from '../harness/jobs'
import { complete, retry } from '../harness/outcomes'
import { PortClient } from '../harness/port-client'
import { PortWorker } from '../harness/port-worker'
import { recoverAll } from '../harness/recover'
import type { Suite } from '../suite'

/** Workers over these stores drain the queue together; answers the ids in the order they were completed, with repeats. */
async function drainTogether(stores: readonly Store[], total: number): Promise<string[]> {
  const done: string[] = []
  const one = async (store: Store) => {
    const worker = new PortWorker(store)
    await worker.register()
    let settle: ReturnType<typeof complete>[] = []
    for (let idle = 0; idle < 20; ) {
      const reply = await worker.exchange({ settle, claim: worker.wanted({ start: 7, reserve: 3 }) })
      assert.ok(reply.settled.every(Boolean))
      settle = reply.claimed.map((job) => complete(job))
      done.push(...ids(reply.claimed))
      idle = reply.claimed.length === 0 ? idle + 1 : 0
      if (done.length >= total && settle.length === 0) return
    }
  }
  await Promise.all(stores.map(one))
  return done
}

async function everyJobOnce(f: Fixture, stores: readonly Store[]): Promise<void> {
  const clients = stores.map((store) => new PortClient(store))
  const sent = clients.map(() => newJobs(100))
  const filling = clients.map(async (client, n) => {
    for (let at = 0; at < 100; at += 10) await client.send((sent[n] as ReturnType<typeof newJobs>).slice(at, at + 10))
  })
  const [done] = await Promise.all([drainTogether(stores, stores.length * 100), ...filling])
  const all = sent.flatMap(ids)
  const rest = await drainTogether(stores.slice(0, 1), 0)
  const taken = [...done, ...rest]
  assert.equal(taken.length, new Set(taken).size, 'a job was handed out twice')
  assert.deepEqual(new Set(taken), new Set(all))
  const store = await f.store()
  const [queue] = await store.queues()
  assert.equal(queue?.counts.completed, all.length)
}

/** Rules 1 and 15 under load: several clients, several processes, sudden death. */
export function concurrency(suite: Suite): void {
  suite.test('1.20 many workers and clients at once: every job is handed out once', async (f) => {
    const stores = await Promise.all([1, 2, 3, 4].map(() => f.another()))
    await everyJobOnce(f, stores)
  })

  suite.test(
    '1.21 many processes at once: every job is handed out once',
    async (f) => {
      const children = await Promise.all([1, 2, 3].map(() => f.child()))
      await everyJobOnce(f, [await f.store(), ...children.map((child) => child.store)])
    },
    { processes: 'many', ways: ['child'], timeout: 30_000 },
  )

  suite.test('1.22 claims of many workers over one line keep its order', async (f) => {
    const client = await f.client()
    const workers = await Promise.all([1, 2, 3].map(async () => f.worker({}, await f.another())))
    const jobs = newJobs(90)
    await client.send(jobs)
    const place = new Map(jobs.map(({ id }, n) => [id, n]))
    const claims = await Promise.all(
      workers.map(async (worker) => {
        const mine: number[] = []
        for (let n = 0; n < 10; n++)
          mine.push(...(await worker.claim({ start: 3 })).map(({ id }) => place.get(id) as number))
        return mine
      }),
    )
    for (const mine of claims)
      assert.deepEqual(
        mine,
        [...mine].sort((a, b) => a - b),
      )
    const rest = (await (workers[0] as PortWorker).claimAll()).map(({ id }) => place.get(id) as number)
    assert.deepEqual(
      [...claims.flat(), ...rest].sort((a, b) => a - b),
      [...place.values()],
    )
  })

  suite.test('1.23 retries under load are each charged once', async (f) => {
    const client = await f.client()
    const workers = await Promise.all([1, 2, 3].map(async () => f.worker({}, await f.another())))
    const jobs = newJobs(30, { maxAttempts: 3 })
    await client.send(jobs)
    let completed = 0
    await Promise.all(
      workers.map(async (worker) => {
        for (let idle = 0; idle < 10; ) {
          const claimed = await worker.claim({ start: 4 })
          idle = claimed.length === 0 ? idle + 1 : 0
          completed += claimed.filter(({ attempt }) => attempt === 3).length
          await worker.settle(...claimed.map((job) => (job.attempt < 3 ? retry(job) : complete(job))))
        }
      }),
    )
    assert.equal(completed, 30)
    for (const { id } of jobs.slice(0, 5)) {
      const job = await client.store.get(id)
      assert.deepEqual([job?.state, job?.attempt, job?.errors.length], ['completed', 3, 2])
    }
  })

  suite.test(
    '15.20 a process killed while it enqueues loses nothing that was acknowledged, and leaves no half of a request',
    async (f) => {
      const child = await f.child()
      const client = new PortClient(child.store)
      const jobs = newJobs(5, { input: '{"whole":true}' })
      void child.run('enqueueForEver', client.request().client, jobs).catch(() => undefined)
      const acknowledged: string[] = []
      for (let n = 0; n < 20; n++) acknowledged.push(...(await child.told<string[]>('acknowledged')))
      await child.kill()
      const worker = await f.worker()
      const claimed = await worker.claimAll()
      const got = new Set(ids(claimed))
      for (const id of acknowledged) assert.ok(got.has(id), id)
      assert.deepEqual([got.size, claimed.length % 5], [claimed.length, 0])
      assert.ok(claimed.every(({ input }) => input === '{"whole":true}'))
    },
    { ways: ['child'], durable: true, timeout: 40_000 },
  )

  suite.test(
    '15.21 a worker killed with SIGKILL: what it had settled is settled, the rest runs again',
    async (f) => {
      const child = await f.child()
      const jobs = newJobs(400, { maxAttempts: 2 })
      await new PortClient(child.store).send(jobs)
      const doomed = new PortWorker(child.store, { leaseMs: 700 })
      void child.run('drainForEver', doomed.info).catch(() => undefined)
      const settled: string[] = []
      while (settled.length < 30) settled.push(...(await child.told<string[]>('settled')))
      await child.kill()
      const client = await f.client()
      for (const id of settled) assert.equal((await client.store.get(id))?.state, 'completed', id)
      await recoverAll(client.store, 1)
      const worker = await f.worker()
      const rest = await worker.claimAll()
      const before = (await client.store.list({ states: ['completed'], limit: 1_000 })).jobs
      assert.deepEqual(new Set([...ids(rest), ...ids(before)]), new Set(ids(jobs)))
      assert.equal(rest.length + before.length, jobs.length)
      assert.ok(rest.every((job) => job.attempt === job.errors.length + 1))
    },
    { ways: ['child'], durable: true, timeout: 40_000 },
  )
}
