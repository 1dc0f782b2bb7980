import type { CrashableServer, FaultyStore, StoreUnderTest } from '@jobs-worker/store-conformance'
import { FaultProxy, startRedis } from '@jobs-worker/test-servers'
import { Redis } from 'ioredis'
import { type RedisStoreOptions, redisStore } from '../src'

const KEEPING = { appendonly: 'yes', appendfsync: 'always' }

/** The store on a Redis server, a prefix for each namespace. */
export function onServer(name: string, url: string, options: RedisStoreOptions = {}): StoreUnderTest {
  return {
    name,
    capabilities: { processes: 'many', durable: true, transactions: false, locks: true },
    create: (prefix) => redisStore(url, { ...options, prefix }),
    drop: (prefix) => withClient(url, (client) => drop(client, prefix)),
    raw: (prefix, text) => withClient(url, (client) => recordsWith(client, prefix, text)),
    child: (prefix) => ({
      module: new URL('../dist/index.js', import.meta.url).href,
      factory: 'redisStore',
      args: [url, { ...options, prefix }],
    }),
    faulty: (prefix) => faulty(url, { ...options, prefix }),
    crashable: (prefix) => crashable({ ...options, prefix }),
  }
}

export async function withClient<T>(url: string, work: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis(url)
  try {
    return await work(client)
  } finally {
    client.disconnect()
  }
}

/** A failover may take longer than a call has patience. */
export async function untilEnqueued(enqueue: () => Promise<unknown>): Promise<void> {
  for (;;) {
    try {
      await enqueue()
      return
    } catch (error) {
      if ((error as { code?: string }).code !== 'JOBS_STORE_UNAVAILABLE') throw error
    }
  }
}

export async function keysOf(client: Redis, prefix: string): Promise<string[]> {
  const keys: string[] = []
  for await (const some of client.scanStream({ match: `{${prefix}[:}]*`, count: 1_000 }))
    keys.push(...(some as string[]))
  return keys
}

export async function drop(client: Redis, prefix: string): Promise<void> {
  const keys = await keysOf(client, prefix)
  await Promise.all(keys.map((key) => client.unlink(key)))
}

/** Every value and field of the store's keys in which the text occurs. */
export async function recordsWith(client: Redis, prefix: string, text: string): Promise<string[]> {
  const values = await Promise.all((await keysOf(client, prefix)).map((key) => valuesOf(client, key)))
  return values.flat().filter((value) => value.includes(text))
}

async function valuesOf(client: Redis, key: string): Promise<string[]> {
  switch (await client.type(key)) {
    case 'hash':
      return client.hvals(key)
    case 'set':
      return client.smembers(key)
    case 'zset':
      return client.zrange(key, '0', '-1')
    default:
      return [(await client.get(key)) ?? '']
  }
}

async function faulty(url: string, options: RedisStoreOptions): Promise<FaultyStore> {
  const proxy = await FaultProxy.start(url)
  const store = redisStore(proxy.url, options)
  return {
    store,
    cut: async () => proxy.cut(),
    block: async () => proxy.refuse(),
    heal: async () => proxy.restore(),
    loseNextReply: async () => void proxy.loseNextReply((request) => request.includes('lost-answer')),
    dispose: async () => {
      proxy.restore()
      await store.close()
      await proxy.close()
    },
  }
}

async function crashable(options: RedisStoreOptions): Promise<CrashableServer> {
  const server = await startRedis({ settings: KEEPING })
  return {
    create: () => redisStore(server.url, options),
    kill: () => server.kill(),
    restart: () => server.restart(),
    dispose: () => server.close(),
  }
}
