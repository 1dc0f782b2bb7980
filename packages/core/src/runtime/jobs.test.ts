import { expect, it } from 'vitest'
import { defineTask } from '../model/task'
import { memoryStore } from '../store/memory'
import { createJobs } from './jobs'

const task = defineTask({ name: 'double', run: (input: { n: number }) => input.n * 2 })

it('the last of those that share a store object closes it', async () => {
  const store = memoryStore()
  const [one, two] = [createJobs({ store, tasks: [task] }), createJobs({ store, tasks: [task] })]
  const job = await one.enqueue(task, { n: 4 })
  await one.close()
  await two.worker().drain()
  expect(await two.result(job.id)).toBe(8)
  await two.close()
  await expect(store.get(job.id)).rejects.toMatchObject({ code: 'JOBS_STORE_CLOSED' })
})

it('is over when it is closed', async () => {
  const jobs = createJobs({ store: memoryStore(), tasks: [task] })
  await jobs.close()
  await expect(jobs.enqueue(task, { n: 1 })).rejects.toMatchObject({ code: 'JOBS_STATE' })
})

it('lets a worker that was stopped start again', async () => {
  await using jobs = createJobs({ store: memoryStore(), tasks: [task] })
  const worker = jobs.worker()
  await worker.start()
  await worker.stop()
  expect(worker.isRunning).toBe(false)
  await worker.start()
  const job = await jobs.enqueue(task, { n: 1 })
  expect(await job.result()).toBe(2)
})
