import type { StoreUnderTest } from '@jobs-worker/store-conformance'
import { installedRedis, RedisCluster } from '@jobs-worker/test-servers'
import type { Cluster } from 'ioredis'
import { afterAll, beforeAll, describe } from 'vitest'
import { redisStore } from '../src'
import { drop, recordsWith } from './harness'

/** A cluster of three masters, and a client of it; both are there once tests run. */
export class OnCluster {
  #servers: RedisCluster | undefined
  #client: Cluster | undefined

  get servers(): RedisCluster {
    return this.#servers as RedisCluster
  }

  get client(): Cluster {
    return this.#client as Cluster
  }

  /** The store on this cluster, a prefix for each namespace. */
  get store(): StoreUnderTest {
    return {
      name: 'redis cluster',
      capabilities: { processes: 'many', durable: true, transactions: false, locks: true },
      create: (prefix) => redisStore(this.client, { prefix }),
      drop: async (prefix) => void (await this.servers.onEach((master) => drop(master, prefix))),
      raw: async (prefix, text) => (await this.servers.onEach((master) => recordsWith(master, prefix, text))).flat(),
      child: (prefix) => ({
        module: new URL('./programs/cluster-store.mjs', import.meta.url).href,
        factory: 'clusterStore',
        args: [this.servers.servers.map(({ port }) => port), { prefix }],
      }),
    }
  }

  async start(): Promise<void> {
    this.#servers = await RedisCluster.start()
    this.#client = this.#servers.connect()
  }

  async stop(): Promise<void> {
    this.#client?.disconnect()
    await this.#servers?.close()
  }
}

/** Tests on a cluster of their own; none where Redis is not installed. */
export function describeCluster(name: string, body: (on: OnCluster) => void): void {
  describe.skipIf(installedRedis() === undefined)(name, () => {
    const on = new OnCluster()
    beforeAll(() => on.start())
    afterAll(() => on.stop())
    body(on)
  })
}
