import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { newJob } from '@jobs-worker/store-conformance'
import { startRedis, type TestServer } from '@jobs-worker/test-servers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type RedisStoreOptions, redisStore } from '../src'
import { withClient } from './harness'

async function opening(url: string, options?: RedisStoreOptions): Promise<unknown> {
  const store = redisStore(url, options)
  return store
    .open()
    .then(
      () => 'open',
      (error: unknown) => error,
    )
    .finally(() => store.close())
}

describe('what a Redis must be', () => {
  let server: TestServer

  beforeAll(async () => {
    server = await startRedis()
  })

  afterAll(() => server.close())

  test('a wrong URL or prefix is refused, and the URL is not quoted', () => {
    expect(() => redisStore('http://user:secret@host')).toThrow(/^(?!.*secret).*url/)
    expect(() => redisStore(undefined)).toThrow(/url/)
    expect(() => redisStore(server.url, { prefix: '{x}' })).toThrow(/prefix/)
  })

  test('an evicting policy is refused unless it is allowed', async () => {
    await withClient(server.url, (client) => client.config('SET', 'maxmemory-policy', 'allkeys-lru'))
    expect(await opening(server.url)).toMatchObject({
      code: 'JOBS_STORE_CONFIG',
      message: expect.stringMatching(/allkeys-lru/),
    })
    expect(await opening(server.url, { allowEviction: true })).toBe('open')
    await withClient(server.url, (client) => client.config('SET', 'maxmemory-policy', 'noeviction'))
    expect(await opening(server.url)).toBe('open')
  })

  test('a server that is too old is refused', async () => {
    // The real server's answers, but for the version that it tells.
    const older = createServer((client) => {
      const real = connect(server.port, '127.0.0.1')
      client.pipe(real)
      real.on('data', (data) => client.write(data.toString('latin1').replace(/(redis_version:)\d/, '$15'), 'latin1'))
      for (const socket of [client, real])
        socket.on('error', () => {}).on('close', () => [client.destroy(), real.destroy()])
    }).listen(0, '127.0.0.1')
    await once(older, 'listening')
    const { port } = older.address() as AddressInfo
    expect(await opening(`redis://127.0.0.1:${port}`)).toMatchObject({
      code: 'JOBS_STORE_CONFIG',
      message: expect.stringMatching(/Redis 5\.\S+ is too old: 6\.2 or later is needed/),
    })
    older.close()
  })

  test('a wrong password is told at once, and not quoted', async () => {
    const locked = await startRedis({ settings: { requirepass: 'right' } })
    try {
      const url = new URL(locked.url)
      for (const password of ['wrong-secret', '']) {
        url.password = password
        const error = (await opening(url.href)) as Error
        expect(error).toMatchObject({ code: 'JOBS_STORE_CONFIG' })
        expect(String(error)).not.toContain('wrong-secret')
      }
      url.password = 'right'
      expect(await opening(url.href)).toBe('open')
    } finally {
      await locked.close()
    }
  })

  test('a server that is not there is told as unavailable', async () => {
    expect(await opening('redis://127.0.0.1:1')).toMatchObject({
      code: 'JOBS_STORE_UNAVAILABLE',
      message: expect.stringMatching(/ECONNREFUSED/),
    })
  })

  test('a full Redis is told so, and goes on when there is room', async () => {
    const store = redisStore(server.url, { prefix: 'full' })
    const request = { client: randomUUID(), number: 1 }
    const one = newJob({ input: JSON.stringify('x'.repeat(1_000)) })
    try {
      await store.open()
      await withClient(server.url, (client) => client.config('SET', 'maxmemory', '1'))
      const sent = store.enqueue(request, [one])
      await expect(sent).rejects.toMatchObject({
        code: 'JOBS_STORE_UNAVAILABLE',
        message: expect.stringMatching(/full/),
      })
      await withClient(server.url, (client) => client.config('SET', 'maxmemory', '0'))
      const { jobs } = await store.enqueue(request, [one])
      expect(jobs).toEqual([{ id: one.id, outcome: 'created' }])
      expect((await store.list({ limit: 10 })).jobs).toHaveLength(1)
    } finally {
      await withClient(server.url, (client) => client.config('SET', 'maxmemory', '0'))
      await store.close()
    }
  })
})
