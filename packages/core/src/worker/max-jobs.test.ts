import { expect, test } from 'vitest'
import { defineTask } from '../model/task'
import { createJobs } from '../runtime/jobs'
import { memoryStore } from '../store/memory'

test('a worker with maxJobs stops by itself when the last of them has ended', async () => {
  let runs = 0
  const count = defineTask({ name: 'count', run: () => ++runs })
  await using jobs = createJobs({ store: memoryStore(), tasks: [count] })
  await jobs.enqueueMany(count, [undefined, undefined, undefined, undefined, undefined])
  const worker = jobs.worker({ maxJobs: 3, concurrency: 2 })
  await worker.start()
  await worker.stopped()
  expect([worker.isRunning, worker.isExhausted, runs]).toEqual([false, true, 3])
  expect((await jobs.counts()).default).toMatchObject({ completed: 3, queued: 2, running: 0 })
})

test('stopped() resolves at once where a worker does not run, and after a stop that somebody else asked for', async () => {
  await using jobs = createJobs({ store: memoryStore() })
  const worker = jobs.worker()
  await worker.stopped()
  await worker.start()
  const stopped = worker.stopped()
  await worker.stop()
  await stopped
  expect(worker.isExhausted).toBe(false)
})
