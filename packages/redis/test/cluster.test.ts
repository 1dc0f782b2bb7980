import { conformance } from '@jobs-worker/store-conformance'
import { installedRedis } from '@jobs-worker/test-servers'
import type { Cluster } from 'ioredis'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { redisStore } from '../src'
import { TestCluster } from './cluster'
import { drop, recordsWith } from './harness'

describe.skipIf(installedRedis() === undefined)('a cluster of three masters', () => {
  let servers: TestCluster
  let client: Cluster

  beforeAll(async () => {
    servers = await TestCluster.start()
    client = servers.connect()
  })

  afterAll(async () => {
    client?.disconnect()
    await servers?.close()
  })

  conformance({
    runner: { describe, test },
    store: {
      name: 'redis cluster',
      capabilities: { processes: 'many', durable: true, transactions: false, locks: false },
      create: (prefix) => redisStore(client, { prefix }),
      drop: async (prefix) => void (await servers.onEach((master) => drop(master, prefix))),
      raw: async (prefix, text) => (await servers.onEach((master) => recordsWith(master, prefix, text))).flat(),
    },
  })
})
