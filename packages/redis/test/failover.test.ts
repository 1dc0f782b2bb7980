import { randomUUID } from 'node:crypto'
import type { NewJob, Store } from '@jobs-worker/core/store'
import { newJob } from '@jobs-worker/store-conformance'
import { installedRedis } from '@jobs-worker/test-servers'
import { describe, expect, test } from 'vitest'
import { type RedisStoreOptions, redisStore } from '../src'
import { Replicated } from './replica'

const WAIT = { wait: { replicas: 1, timeout: 200 } }
const UNAVAILABLE = { code: 'JOBS_STORE_UNAVAILABLE' }

/** Enqueues one job after another until a call fails or all are there; the jobs that were acknowledged. */
async function load(store: Store, count: number): Promise<NewJob[]> {
  const client = randomUUID()
  const acknowledged: NewJob[] = []
  for (let number = 1; number <= count; number++) {
    const job = newJob()
    try {
      await store.enqueue({ client, number }, [job])
    } catch {
      return acknowledged
    }
    acknowledged.push(job)
  }
  return acknowledged
}

async function missing(url: string, jobs: readonly NewJob[]): Promise<number> {
  const store = redisStore(url)
  try {
    const found = await Promise.all(jobs.map(({ id }) => store.get(id)))
    return found.filter((job) => job === null).length
  } finally {
    await store.close()
  }
}

/**
 * While several producers are at it, the network to the replica stalls, and then the master dies. Of those that were
 * acknowledged and had reached the replica before the stall, during it, and to the other producers: how many, and how many the replica has not.
 */
async function failOverUnderLoad(options: RedisStoreOptions) {
  await using pair = await Replicated.start()
  const store = redisStore(pair.master.url, { timeout: 1_000, ...options })
  await store.open()
  const producers = Array.from({ length: 4 }, () => load(store, 100_000))
  const before = await load(store, 100)
  await pair.synced()
  pair.between.silence()
  const during = await load(store, 20)
  await pair.failOver()
  const others = (await Promise.all(producers)).flat()
  await store.close()
  const lost = async (jobs: readonly NewJob[]) => ({ all: jobs.length, lost: await missing(pair.replica.url, jobs) })
  return { before: await lost(before), during: await lost(during), others: await lost(others) }
}

describe.skipIf(installedRedis() === undefined)('a replica that is promoted', { timeout: 60_000 }, () => {
  test('under load: what had not reached it is lost, although it was acknowledged', async () => {
    const { before, during, others } = await failOverUnderLoad({})
    expect(during).toEqual({ all: 20, lost: 20 })
    expect(before).toEqual({ all: 100, lost: 0 })
    expect(others.all).toBeGreaterThan(0)
  })

  test('under load, with `wait`: nothing that was acknowledged is lost', async () => {
    const { before, during, others } = await failOverUnderLoad(WAIT)
    expect([before, during.lost, others.lost]).toEqual([{ all: 100, lost: 0 }, 0, 0])
    expect(others.all).toBeGreaterThan(0)
  })

  test('a write that was not confirmed is there once when it is sent again', async () => {
    await using pair = await Replicated.start()
    const store = redisStore(pair.master.url, WAIT)
    const [request, job] = [{ client: randomUUID(), number: 1 }, newJob()]
    try {
      await store.open()
      pair.between.silence()
      const unconfirmed = store.enqueue(request, [job])
      await expect(unconfirmed).rejects.toMatchObject({
        ...UNAVAILABLE,
        message: expect.stringMatching(/0 of 1 replicas/),
      })
      await expect(store.enqueue(request, [job])).rejects.toMatchObject(UNAVAILABLE)
      pair.between.restore()
      expect((await store.enqueue(request, [job])).jobs).toEqual([{ id: job.id, outcome: 'created' }])
      expect((await store.list({ limit: 10 })).jobs).toHaveLength(1)
    } finally {
      await store.close()
    }
  })

  test('`wait` is checked', () => {
    expect(() => redisStore('redis://host', { wait: { replicas: 0 } })).toThrow(/wait\.replicas/)
    expect(() => redisStore('redis://host', { wait: { replicas: 1, timeout: 0 } })).toThrow(/wait\.timeout/)
  })
})
