import type { Worker } from 'node:worker_threads'
import { createJobs, memoryStore } from '@jobs-worker/core'
import { expect, onTestFinished, test } from 'vitest'
import { runSync, syncBridge } from '../src/index'
import { square } from './modules/tasks'

test('the task processor on MongoDB: tornsync(f, 1, kw=2) is runSync(f, 1, { kw: 2 })', async () => {
  const f = (one: number, { kw }: { kw: number }) => [one, kw]
  expect(await runSync(f, 1, { kw: 2 })).toEqual([1, 2])
})

test('the remote processor on MongoDB: no thread left two seconds after stop', async () => {
  const threads: Worker[] = []
  const noted = (thread: Worker) => threads.push(thread)
  process.on('worker', noted)
  onTestFinished(() => void process.off('worker', noted))

  const jobs = createJobs({ store: memoryStore(), tasks: [square], threads: syncBridge({ threads: 2 }) })
  await jobs.worker().start()
  const sent = await jobs.enqueueMany(
    square,
    [2, 3].map((n) => ({ n, on: '2020-01-01' })),
  )
  await Promise.all(sent.map((job) => job.result()))
  expect(threads.length).toBeGreaterThan(0)
  await jobs.close()
  // An ended thread has no id.
  await expect.poll(() => threads.map(({ threadId }) => threadId), { timeout: 2_000 }).toEqual(threads.map(() => -1))
})
