import { expect, test } from 'vitest'
import { defineTask } from '../model/task'
import { createJobs } from '../runtime/jobs'
import { memoryStore } from '../store/memory'
import type { Exchange } from '../store/port'

test('many outcomes go beside others, never more than two exchanges of them, never beside starts or reports', async () => {
  const store = memoryStore()
  const exchange = store.exchange.bind(store)
  const flying = new Set<Exchange>()
  const met: Exchange[][] = []
  store.exchange = async (request, content) => {
    const tells = content.settle.length + content.start.length + content.report.length > 0
    if (tells) flying.add(content)
    if (flying.size > 1) met.push([...flying])
    if (tells) await new Promise((resolve) => setTimeout(resolve, 10))
    return exchange(request, content).finally(() => flying.delete(content))
  }
  let runs = 0
  const task = defineTask({
    name: 'count',
    run: async (_, ctx) => {
      if (++runs < 15_000 || runs % 200 > 0) return
      ctx.progress(runs)
      await new Promise((resolve) => setTimeout(resolve, 3))
    },
  })
  await using jobs = createJobs({ store, tasks: [task] })
  await jobs.enqueueMany(task, new Array(20_000).fill(undefined))
  await jobs.worker().drain()
  expect((await jobs.counts()).default).toMatchObject({ completed: 20_000, queued: 0, running: 0 })
  expect(Math.max(...met.map((together) => together.length))).toBe(2)
  for (const { start, report } of met.flat()) expect([start.length, report.length]).toEqual([0, 0])
})
