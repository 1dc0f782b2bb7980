import { randomUUID } from 'node:crypto'
import { newJob } from '@jobs-worker/store-conformance'
import { FaultProxy } from '@jobs-worker/test-servers'
import { describeWith } from '@jobs-worker/test-servers/vitest'
import { MongoClient, MongoServerError } from 'mongodb'
import { afterAll, describe, expect, test } from 'vitest'
import { type MongoStoreOptions, mongoStore } from '../src'
import { translate } from '../src/errors'
import { direct } from './harness'

async function opening(url: string, options?: MongoStoreOptions): Promise<unknown> {
  const store = mongoStore(url, options)
  return store
    .open()
    .then(
      () => 'open',
      (error: unknown) => error,
    )
    .finally(() => store.close())
}

describe('what is given to mongoStore', () => {
  test('a wrong URL is refused, and not quoted', () => {
    const wrong = ['http://user:secret@host', 'mongodb://', 'mongodb://user:secret@host:port/', '', undefined, 7, {}]
    for (const url of wrong) {
      expect(() => mongoStore(url as string)).toThrow(expect.objectContaining({ code: 'JOBS_INVALID', field: 'url' }))
      expect(() => mongoStore(url as string)).toThrow(/^(?!.*secret).*mongodb:\/\/host/)
    }
  })

  test('wrong options are refused, and named', () => {
    const wrong: readonly [keyof MongoStoreOptions, unknown][] = [
      ['prefix', '$jobs'],
      ['prefix', ''],
      ['database', 'a/b'],
      ['migrate', 1],
      ['timeout', 99],
      ['timeout', '5s'],
    ]
    for (const [field, value] of wrong) {
      const make = () => mongoStore('mongodb://localhost', { [field]: value })
      expect(make).toThrow(expect.objectContaining({ code: 'JOBS_INVALID', field, value }))
    }
  })

  test('a server that is not there is told as unavailable', async () => {
    expect(await opening('mongodb://127.0.0.1:1', { timeout: 500 })).toMatchObject({
      code: 'JOBS_STORE_UNAVAILABLE',
      message: expect.stringMatching(/ECONNREFUSED/),
    })
  })
})

describe('what a server answers, in words that say what to do', () => {
  const told = (code: number, errmsg: string) => translate(new MongoServerError({ code, errmsg }))

  test('a login that failed, a right that is missing, an index that is another', () => {
    expect(told(18, 'Authentication failed.')).toMatchObject({
      code: 'JOBS_STORE_CONFIG',
      message: expect.stringMatching(/login failed/),
    })
    expect(told(13, 'not authorized on app to execute command')).toMatchObject({
      code: 'JOBS_STORE_CONFIG',
      message: expect.stringMatching(/right is missing.*readWrite/),
    })
    expect(told(85, 'Index already exists with a different name')).toMatchObject({
      code: 'JOBS_STORE_CONFIG',
      message: expect.stringMatching(/Drop it/),
    })
  })

  test('an election, a conflict, a shutdown: it may be asked again', () => {
    for (const code of [10_107, 189, 91, 112, 11_600]) {
      expect(told(code, 'not now')).toMatchObject({ code: 'JOBS_STORE_UNAVAILABLE' })
    }
  })
})

await describeWith('mongodb', 'a MongoDB server', (url) => {
  const client = new MongoClient(url || 'mongodb://nowhere')
  const database = `setup_${randomUUID().slice(0, 8)}`

  afterAll(async () => {
    await client.db(database).dropDatabase()
    await client.close()
  })

  test('an index of the same name that is another one is told, with what to do', async () => {
    const jobs = client.db(database).collection('other_jobs')
    await jobs.createIndex({ queue: 1 }, { name: 'line' })
    const error = await mongoStore(client, { database, prefix: 'other_' })
      .open()
      .catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'JOBS_STORE_CONFIG', message: expect.stringMatching(/index/) })
  })

  test('a job too large for a document is refused, and those beside it are not', async () => {
    const store = mongoStore(client, { database, prefix: 'large_' })
    const send = (input: string) => store.enqueue({ client: randomUUID(), number: 1 }, [newJob({ input })])
    await expect(send(JSON.stringify('x'.repeat(17_000_000)))).rejects.toMatchObject({ code: 'JOBS_PAYLOAD_TOO_LARGE' })
    await send('1')
    expect((await store.list({ limit: 10 })).jobs.map(({ input }) => input)).toEqual(['1'])
    await store.close()
  })

  test('a server that went away is told as unavailable, also where its time is asked for first', async () => {
    const proxy = await FaultProxy.start(direct(url))
    const store = mongoStore(proxy.url, { database, prefix: 'away_', timeout: 500 })
    const wall = Date.now
    try {
      await store.open()
      proxy.refuse()
      // As after a sleep of the machine: no measurement holds any more.
      Date.now = () => wall() + 60_000
      await expect(store.schedules.clock()).rejects.toMatchObject({ code: 'JOBS_STORE_UNAVAILABLE' })
    } finally {
      Date.now = wall
      proxy.restore()
      await store.close()
      await proxy.close()
    }
  })

  test('a client that was given stays open', async () => {
    const store = mongoStore(client, { database, prefix: 'given_' })
    await store.open()
    await store.close()
    expect(await client.db(database).command({ ping: 1 })).toMatchObject({ ok: 1 })
  })

  test('migrate makes what is missing, and says so once', async () => {
    const store = mongoStore(url, { database, prefix: 'empty_' })
    expect(await store.migrate()).toHaveLength(1)
    expect(await store.migrate()).toEqual([])
    const indexes = await client.db(database).collection('empty_jobs').indexes()
    expect(indexes.map(({ name }) => name)).toContain('line')
    await client.db(database).collection('empty_jobs').dropIndex('line')
    await store.migrate()
    expect((await client.db(database).collection('empty_jobs').indexes()).map(({ name }) => name)).toContain('line')
    await store.close()
  })
})
