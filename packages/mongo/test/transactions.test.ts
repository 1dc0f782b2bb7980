import { randomUUID } from 'node:crypto'
import { newJob, PortClient, PortWorker } from '@jobs-worker/store-conformance'
import { describeWith } from '@jobs-worker/test-servers/vitest'
import { MongoClient } from 'mongodb'
import { afterAll, expect, test } from 'vitest'
import { mongoStore } from '../src'

const DATABASE = 'transactions'

await describeWith('mongodb', 'transactions of the caller on MongoDB', (url) => {
  const client = new MongoClient(url || 'mongodb://nowhere')
  const store = mongoStore(client, { database: DATABASE, prefix: `t${randomUUID().slice(0, 8)}_` })

  afterAll(async () => {
    await store.close()
    await client.db(DATABASE).dropDatabase()
    await client.close()
  })

  test('a job that replaces one whose window outlives it ends the window with the commit, not before', async () => {
    const unique = { key: 'k', while: 'window', window: 3_600_000, onConflict: 'replace' } as const
    const sender = new PortClient(store)
    await sender.one({ unique })
    const worker = new PortWorker(store)
    await worker.register()
    const { id, run, claim } = await worker.claimOne()
    await worker.settle({ id, run, claim, ranFor: 1, kind: 'complete', result: null, keep: 3_600_000 })
    await client.withSession(async (session) => {
      session.startTransaction()
      const next = newJob({ unique })
      const { jobs } = await store.enqueueIn(session, [next])
      expect(jobs).toEqual([{ id: next.id, outcome: 'created' }])
      await session.abortTransaction()
    })
    const { jobs } = await sender.send([newJob({ unique: { ...unique, onConflict: 'return' } })])
    expect(jobs).toEqual([{ id, outcome: 'existing' }])
  })
})
