import { createJobs, defineTask } from '@jobs-worker/core'
import { startMongodb, type TestServer } from '@jobs-worker/test-servers'
import { describeWith } from '@jobs-worker/test-servers/vitest'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { mongoStore } from '../src'

await describeWith('mongodb', 'a MongoDB server that stands alone', (url) => {
  let server: TestServer

  beforeAll(async () => {
    if (url !== '') server = await startMongodb({ replicaSet: false })
  })

  afterAll(() => server?.close())

  test('has no change streams: workers poll, and nothing else is missing', async () => {
    const task = defineTask({ name: 'polled', run: (n: number) => n + 1 })
    await using worker = createJobs({ store: mongoStore(server.url), tasks: [task] })
    await using client = createJobs({ store: mongoStore(server.url) })
    await worker.worker({ pollInterval: '100ms' }).start()
    const [job] = await client.enqueueMany('polled', [1])
    const later = await client.enqueue('polled', 2, { delay: 50 })
    expect(await job?.result({ timeout: '10s' })).toBe(2)
    expect(await later.result({ timeout: '10s' })).toBe(3)
    expect((await client.counts()).default).toMatchObject({ completed: 2 })
  })
})
