import { createJobs, defineTask, type Jobs } from '@jobs-worker/core'
import { installedRedis, RedisCluster, type TestServer } from '@jobs-worker/test-servers'
import type { Cluster } from 'ioredis'
import { afterEach, beforeEach, describe, test } from 'vitest'
import { redisStore } from '../src'
import { untilEnqueued, withClient } from './harness'

/** Long enough that it is the wake-up that is seen. */
const POLL = 60_000

async function hears(node: TestServer): Promise<boolean> {
  return withClient(node.url, async (client) => (await client.call('CLIENT', 'LIST', 'TYPE', 'pubsub')) !== '')
}

async function isMaster(node: TestServer): Promise<boolean> {
  return withClient(node.url, async (client) => (await client.role())[0] === 'master')
}

describe.skipIf(installedRedis() === undefined)('a cluster whose nodes die', { timeout: 90_000 }, () => {
  let cluster: RedisCluster
  let client: Cluster
  const runs = new Map<number, () => void>()
  const ran = (n: number) => new Promise<void>((resolve) => runs.set(n, resolve))
  const task = defineTask({ name: 'task', run: (n: number) => runs.get(n)?.() })

  beforeEach(async () => {
    cluster = await RedisCluster.start({ replicas: true })
    client = cluster.connect()
    client.on('error', () => {}) // it tells of each attempt to connect
  }, 60_000)

  afterEach(async () => {
    client.disconnect()
    await cluster.close()
  })

  test('a worker goes on by itself and is woken, whichever master dies', async () => {
    await using jobs = createJobs({ store: redisStore(client), tasks: [task] })
    await using others = createJobs({ store: redisStore(client), tasks: [] })
    await jobs.worker({ pollInterval: POLL }).start()
    await works(others, 0)
    for (const [n, master] of cluster.servers.entries()) {
      await master.kill()
      await works(others, 2 * n + 1)
      // Two dead masters are a majority, which nobody takes the place of.
      await find(cluster.replicas.slice(n, n + 1), isMaster)
      await works(others, 2 * n + 2)
    }
  })

  test('a worker is woken also when the node dies through which it heard', async () => {
    await using jobs = createJobs({ store: redisStore(client), tasks: [task] })
    await using others = createJobs({ store: redisStore(client), tasks: [] })
    await jobs.worker({ pollInterval: POLL }).start()
    await works(others, 0)
    const node = await find([...cluster.servers, ...cluster.replicas], hears)
    await node.kill()
    await works(others, 1)
  })

  async function works(jobs: Jobs, n: number): Promise<void> {
    const done = ran(n)
    await untilEnqueued(() => jobs.enqueue('task', n))
    await done
  }
})

async function find<T>(all: readonly T[], fits: (one: T) => Promise<boolean>): Promise<T> {
  for (;;) {
    for (const one of all) if (await fits(one)) return one
  }
}
