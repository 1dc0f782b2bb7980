import type { Store } from '@jobs-worker/core'
import { memoryStore } from '@jobs-worker/core'
import { mongoStore } from '@jobs-worker/mongo'
import { postgresStore } from '@jobs-worker/postgres'
import { redisStore } from '@jobs-worker/redis'
import { RedisCluster, startMongodb, startPostgres, startRedis } from '@jobs-worker/test-servers'

/** A store under measurement: each call of `open` is another object on the same data. */
export interface Place {
  open(): Store
  close(): Promise<void>
}

export interface StoreKind {
  readonly name: string
  /** An empty place. */
  place(): Promise<Place>
  close(): Promise<void>
}

export const kinds: Readonly<Record<string, () => Promise<StoreKind>>> = {
  async memory() {
    return {
      name: 'memory',
      async place() {
        const store = memoryStore()
        return { open: () => store, close: async () => undefined }
      },
      close: async () => undefined,
    }
  },
  async postgres() {
    const server = await startPostgres()
    let places = 0
    return {
      name: 'postgres',
      async place() {
        const schema = `bench_${++places}`
        return { open: () => postgresStore(server.url, { schema }), close: async () => undefined }
      },
      close: () => server.close(),
    }
  },
  async mongo() {
    const server = await startMongodb()
    let places = 0
    return {
      name: 'mongo',
      async place() {
        const prefix = `bench_${++places}_`
        return { open: () => mongoStore(server.url, { prefix }), close: async () => undefined }
      },
      close: () => server.close(),
    }
  },
  async redis() {
    const server = await startRedis()
    let places = 0
    return {
      name: 'redis',
      async place() {
        const prefix = `bench-${++places}`
        return { open: () => redisStore(server.url, { prefix }), close: async () => undefined }
      },
      close: () => server.close(),
    }
  },
  async cluster() {
    const servers = await RedisCluster.start()
    const client = servers.connect()
    let places = 0
    return {
      name: 'redis cluster of three',
      async place() {
        const prefix = `bench-${++places}`
        return { open: () => redisStore(client, { prefix }), close: async () => undefined }
      },
      async close() {
        client.disconnect()
        await servers.close()
      },
    }
  },
}
