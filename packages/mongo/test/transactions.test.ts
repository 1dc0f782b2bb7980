import { randomUUID } from 'node:crypto'
import { describeWith } from '@jobs-worker/test-servers/vitest'
import { MongoClient } from 'mongodb'
import { afterAll, expect, test } from 'vitest'
import { mongoStore } from '../src'
import { newJob, send, worker } from './jobs'

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
    await send(store, 1, { unique })
    const { exchange } = await worker(store)
    const [ended] = (await exchange(1)).claimed
    if (ended === undefined) throw new Error('no job was claimed')
    const { id, run, claim } = ended
    await exchange(0, [{ id, run, claim, ranFor: 1, kind: 'complete', result: null, keep: 3_600_000 }])
    await client.withSession(async (session) => {
      session.startTransaction()
      const next = newJob({ unique })
      const { jobs } = await store.enqueueIn(session, [next])
      expect(jobs).toEqual([{ id: next.id, outcome: 'created' }])
      await session.abortTransaction()
    })
    const [again] = (
      await store.enqueue({ client: randomUUID(), number: 1 }, [
        newJob({ unique: { ...unique, onConflict: 'return' } }),
      ])
    ).jobs
    expect(again).toEqual({ id, outcome: 'existing' })
  })
})
