import { expect, it } from 'vitest'
import { createJobs, defineTask, memoryStore } from '..'

it('what a run holds ends with the run: nobody remembers it until the end of the process', async () => {
  const store = memoryStore()
  const task = defineTask({ name: 'holds', run: async (key: string, { locks }) => void (await locks.acquire([key])) })
  const jobs = createJobs({ store, tasks: [task] })
  await jobs.enqueueMany(task, ['a', 'b', 'c'])
  await jobs.worker().drain()
  expect(await jobs.locks.list()).toEqual([])

  let released = 0
  const release = store.locks.release.bind(store.locks)
  store.locks.release = (...args) => {
    released++
    return release(...args)
  }
  await jobs.locks.acquire(['by name'])
  await jobs.close()
  expect(released).toBe(1)
})
