import assert from 'node:assert/strict'
import { defineTask } from '@jobs-worker/core'
import { inState } from '../harness/expect'
import { until } from '../harness/wait'
import type { Suite } from '../suite'

/** Rule 15: the database itself is killed. */
export function crashes(suite: Suite): void {
  suite.test(
    '15.70 a database killed under load: what was acknowledged is there after its restart, and work goes on',
    async (f) => {
      const runs = new Map<number, number>()
      const task = defineTask({ name: 'survives', run: (n: number) => void runs.set(n, (runs.get(n) ?? 0) + 1) })
      const server = await f.crashable()
      const [client, store] = [await f.jobs({}, server.create()), server.create()]
      const jobs = await f.jobs({ tasks: [task] }, store)
      await jobs.worker({ concurrency: 5 }).start()
      const acknowledged: string[] = []
      let enqueuing = true
      const loop = (async () => {
        for (let n = 0; enqueuing; n++) acknowledged.push((await client.enqueue('survives', n)).id)
      })()
      f.onDispose(async () => {
        enqueuing = false
      })
      await until('jobs are enqueued and run', async () => acknowledged.length > 50 && runs.size > 20)
      await server.kill()
      const before = acknowledged.length
      await server.restart()
      await until('enqueueing goes on', async () => acknowledged.length > before + 20, 20_000)
      enqueuing = false
      await loop
      for (const id of acknowledged) await inState(jobs, id, 'completed', 20_000)
      assert.equal(new Set(acknowledged).size, acknowledged.length)
      assert.equal((await jobs.counts()).default?.completed, acknowledged.length)
    },
    { ways: ['crashable'], timeout: 60_000 },
  )
}
