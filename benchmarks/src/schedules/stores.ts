import type { Store } from '@jobs-worker/core'
import { mongoStore } from '@jobs-worker/mongo'
import { postgresStore } from '@jobs-worker/postgres'
import { redisStore } from '@jobs-worker/redis'
import { startMongodb, startPostgres, startRedis } from '@jobs-worker/test-servers'

/** A throw-away server, and stores on it. */
export interface StoreServer extends AsyncDisposable {
  /** Stores of one kind on data that is empty yet. */
  namespace(): Promise<() => Store>
}

export const STORES: Readonly<Record<string, () => Promise<StoreServer>>> = {
  async postgres() {
    const server = await startPostgres()
    let schemas = 0
    return {
      async namespace() {
        const schema = `bench_${++schemas}`
        return () => postgresStore(server.url, { schema })
      },
      [Symbol.asyncDispose]: () => server.close(),
    }
  },
  async mongo() {
    const server = await startMongodb()
    let databases = 0
    return {
      async namespace() {
        const database = `bench_${++databases}`
        return () => mongoStore(server.url, { database })
      },
      [Symbol.asyncDispose]: () => server.close(),
    }
  },
  async redis() {
    const server = await startRedis({ settings: { appendonly: 'yes', appendfsync: 'everysec' } })
    let prefixes = 0
    return {
      async namespace() {
        const prefix = `bench_${++prefixes}`
        return () => redisStore(server.url, { prefix })
      },
      [Symbol.asyncDispose]: () => server.close(),
    }
  },
}
