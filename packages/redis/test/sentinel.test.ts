import { createJobs, defineTask } from '@jobs-worker/core'
import { installedRedis, startRedis, startSentinel } from '@jobs-worker/test-servers'
import { Redis } from 'ioredis'
import { describe, expect, test } from 'vitest'
import { redisStore } from '../src'
import { untilEnqueued, withClient } from './harness'

/** Resolves when the Sentinel knows a replica: before, there is none to promote. */
async function knowsReplica(url: string): Promise<void> {
  await withClient(url, async (client) => {
    while (((await client.call('SENTINEL', 'REPLICAS', 'main')) as unknown[]).length === 0)
      await new Promise((resolve) => setTimeout(resolve, 50))
  })
}

describe.skipIf(installedRedis() === undefined)('Sentinel', { timeout: 90_000 }, () => {
  test('a worker goes on by itself with the replica that takes the place of a dead master', async () => {
    await using master = await startRedis()
    await using replica = await startRedis({ settings: { replicaof: `127.0.0.1 ${master.port}` } })
    await using sentinel = await startSentinel(master)
    await knowsReplica(sentinel.url)

    const client = new Redis({ sentinels: [{ host: '127.0.0.1', port: sentinel.port }], name: 'main' })
    client.on('error', () => {}) // it tells of each attempt to connect
    const runs = new Map<number, () => void>()
    const ran = (n: number) => new Promise<void>((resolve) => runs.set(n, resolve))
    const task = defineTask({ name: 'task', run: (n: number) => runs.get(n)?.() })
    try {
      await using jobs = createJobs({ store: redisStore(client), tasks: [task] })
      await jobs.worker().start()
      const [before, after, woken] = [ran(1), ran(2), ran(3)]
      await jobs.enqueue(task, 1)
      await before

      await master.kill()
      await untilEnqueued(() => jobs.enqueue(task, 2))
      await after
      await jobs.enqueue(task, 3)
      await woken
      expect(await withClient(replica.url, (direct) => direct.role())).toContain('master')
    } finally {
      client.disconnect()
    }
  })
})
