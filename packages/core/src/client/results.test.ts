import { afterEach, expect, it, vi } from 'vitest'
import { createJobs } from '../runtime/jobs'
import { memoryStore } from '../store/memory'

afterEach(() => vi.useRealTimers())

it('those who wait for results do not all look at the same time', async () => {
  vi.useFakeTimers()
  const store = memoryStore()
  let looks = 0
  const get = store.get.bind(store)
  store.get = (id) => {
    looks++
    return get(id)
  }
  const jobs = createJobs({ store })
  const waits = await jobs.enqueueMany('none has it', new Array(200).fill(null))
  const ended = Promise.allSettled(waits.map((job) => job.result({ timeout: 1_500 })))
  await vi.advanceTimersByTimeAsync(400)
  expect(looks).toBe(200)

  looks = 0
  let most = 0
  for (let step = 0; step < 60; step++) {
    const before = looks
    await vi.advanceTimersByTimeAsync(10)
    most = Math.max(most, looks - before)
  }
  expect(looks).toBeGreaterThanOrEqual(200)
  expect(most).toBeLessThan(100)

  await vi.advanceTimersByTimeAsync(500)
  await ended
  await jobs.close()
})
