import { randomUUID } from 'node:crypto'
import { describeWith } from '@jobs-worker/test-servers/vitest'
import { MongoClient } from 'mongodb'
import { afterAll, expect, test } from 'vitest'
import { mongoStore } from '../src'

const DATABASE = 'owners'

await describeWith('mongodb', 'owners of locks in MongoDB', (url) => {
  const client = new MongoClient(url || 'mongodb://nowhere')
  afterAll(async () => {
    await client.db(DATABASE).dropDatabase()
    await client.close()
  })

  test('who comes back has another version than before, so that nothing thought out for who went is made to it', async () => {
    const store = mongoStore(client, { database: DATABASE, prefix: 'o_' })
    await store.open({ migrate: true })
    const stored = () =>
      client.db(DATABASE).collection<{ version: number; owner?: string }>('o_jobs').findOne({ owner: 'me' })
    const versions = new Set<number | undefined>()
    for (let n = 0; n < 5; n++) {
      const id = randomUUID()
      await store.locks?.acquire({ id, keys: ['k'], holder: { owner: 'me', ttl: 60_000 } })
      versions.add((await stored())?.version)
      await store.locks?.release(id)
      await expect.poll(stored).toBeNull()
    }
    expect(versions.size).toBe(5)
    await store.close()
  })
})
