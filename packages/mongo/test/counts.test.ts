import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { newJobs, PortClient, PortWorker } from '@jobs-worker/store-conformance'
import { describeWith } from '@jobs-worker/test-servers/vitest'
import { MongoClient } from 'mongodb'
import { afterAll, expect, test } from 'vitest'
import { type MongoStore, mongoStore } from '../src'

const DATABASE = 'counts'

const error = { name: 'E', message: '', stack: null, code: null, cause: null, attempt: 0, time: 0 }

async function countsOf(store: MongoStore) {
  const [queue] = await store.queues()
  return queue?.counts
}

await describeWith('mongodb', 'counts on MongoDB', (url) => {
  const client = new MongoClient(url || 'mongodb://nowhere')
  const made: MongoStore[] = []
  const open = (prefix: string) => {
    const store = mongoStore(client, { database: DATABASE, prefix })
    made.push(store)
    return store
  }

  afterAll(async () => {
    for (const store of made) await store.close()
    await client.db(DATABASE).dropDatabase()
    await client.close()
  })

  test('have no index behind their backs that removes jobs, or what is not counted yet', async () => {
    const prefix = `t${randomUUID().slice(0, 8)}_`
    await open(prefix).open()
    const indexes = await client.db(DATABASE).collection(`${prefix}jobs`).indexes()
    expect(indexes.map(({ name }) => name)).toEqual(expect.arrayContaining(['expires', 'forget']))
    expect(indexes.filter((index) => 'expireAfterSeconds' in index)).toEqual([])
  })

  test('are the same before and after they are folded, by many at once and cut off in the middle', async () => {
    const prefix = `f${randomUUID().slice(0, 8)}_`
    const stores = [open(prefix), open(prefix), open(prefix)]
    const [store] = stores as [MongoStore, ...MongoStore[]]
    const sender = new PortClient(store)
    for (let n = 0; n < 5; n++) await sender.send(newJobs(3))
    await sender.send(newJobs(2, { due: { delay: 3_600_000 } }))
    const expected = { ready: 15, scheduled: 2 }
    const seen = async () => {
      const counts = await countsOf(store)
      expect({ ready: counts?.queued, scheduled: counts?.scheduled }).toEqual(expected)
    }
    await seen()
    // As a process leaves it that was killed between two steps: in the totals, and still open.
    const jobs = client.db(DATABASE).collection<{ _id: string; open?: number; tallies?: unknown }>(`${prefix}jobs`)
    const open_ = await jobs.find({ open: { $gt: 0 } }).toArray()
    expect(open_.length).toBe(6)
    await Promise.all(stores.map((one) => one.prune(100)))
    await seen()
    expect(await jobs.countDocuments({ open: { $gt: 0 } })).toBe(0)
    const [half] = open_
    await jobs.updateOne({ _id: half?._id ?? '' }, { $set: { open: half?.open ?? 1, tallies: half?.tallies ?? [] } })
    const totals = client.db(DATABASE).collection<{ _id: string; folded: string[]; v: number }>(`${prefix}totals`)
    await totals.updateOne({ _id: 'default' }, { $push: { folded: half?._id ?? '' }, $inc: { v: 1 } })
    await seen()
    await store.prune(100)
    await seen()
    expect(await totals.findOne({ _id: 'default' })).toMatchObject({ folded: [] })
  })

  test('that a dead process left wrong are put right within a minute', { timeout: 60_000 }, async () => {
    const prefix = `a${randomUUID().slice(0, 8)}_`
    const store = open(prefix)
    await new PortClient(store).send(newJobs(4))
    const worker = new PortWorker(store)
    await worker.register()
    await worker.claimOne()
    // What it did last, and did not live to count.
    await client.db(DATABASE).collection(`${prefix}jobs`).deleteOne({ state: 'queued' })
    expect(await countsOf(store)).toMatchObject({ queued: 3, running: 1 })
    await worker.unregister()
    await store.recover({ limit: 100, error, keep: { failed: 0, cancelled: 0 } })
    const end = Date.now() + 50_000
    // Not while something changes: what was changed may just not be counted yet.
    await store.prune(100)
    expect(await countsOf(store)).toMatchObject({ queued: 4, running: 0 })
    while ((await countsOf(store))?.queued !== 3 && Date.now() < end) {
      await store.prune(100)
      await sleep(200)
    }
    expect(await countsOf(store)).toMatchObject({ queued: 3, running: 0 })
  })
})
