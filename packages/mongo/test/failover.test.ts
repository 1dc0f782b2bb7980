import { setTimeout as sleep } from 'node:timers/promises'
import { createJobs, defineTask } from '@jobs-worker/core'
import { startMongodb, type TestServer } from '@jobs-worker/test-servers'
import { describeWith } from '@jobs-worker/test-servers/vitest'
import { MongoClient } from 'mongodb'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { mongoStore } from '../src'

const JOBS = 400
const STEP_DOWNS = 3

// The shared server shows whether there is one; stepping down would disturb all others.
await describeWith('mongodb', 'a primary that steps down under load', (url) => {
  let server: TestServer
  let admin: MongoClient

  beforeAll(async () => {
    if (url === '') return
    server = await startMongodb()
    admin = new MongoClient(server.url)
  })

  afterAll(async () => {
    await admin?.close()
    await server?.close()
  })

  test('loses nothing, settles everything once, and the counts are right', { timeout: 90_000 }, async () => {
    const runs = new Map<number, number>()
    const task = defineTask({
      name: 'steady',
      async run(n: number) {
        runs.set(n, (runs.get(n) ?? 0) + 1)
        await sleep(5)
        return n
      },
    })
    await using jobs = createJobs({ store: mongoStore(server.url), tasks: [task] })
    await jobs.worker({ concurrency: 10 }).start()
    const sent: Promise<{ readonly id: string }>[] = []
    for (let n = 0; n < JOBS; n++) {
      sent.push(jobs.enqueue(task, n))
      if (n % 10 === 0) await sleep(20)
      if (n % (JOBS / STEP_DOWNS) < 1) {
        await admin
          .db('admin')
          .command({ replSetStepDown: 1, force: true })
          .catch(() => undefined)
      }
    }
    const all = await Promise.all(sent)
    for (const { id } of all) await jobs.result(id, { timeout: '60s' })
    expect(new Set(all.map(({ id }) => id)).size).toBe(JOBS)
    expect([...runs.values()].filter((count) => count !== 1)).toEqual([])
    expect((await jobs.counts()).default).toMatchObject({ completed: JOBS, queued: 0, running: 0 })
  })

  test('a change stream that was cut hears again', { timeout: 60_000 }, async () => {
    const [speaker, listener] = [mongoStore(server.url), mongoStore(server.url)]
    const heard: string[] = []
    await listener.subscribe((signal) => {
      if (signal.kind === 'hints') heard.push(signal.origin)
      if (signal.kind === 'wake' && signal.queues === null) heard.push('missed')
    })
    const say = (origin: string) =>
      speaker.publish(origin, [{ type: 'started', id: 'x', task: 't', queue: 'q' }]).catch(() => undefined)
    await admin
      .db('admin')
      .command({ replSetStepDown: 1, force: true })
      .catch(() => undefined)
    const end = Date.now() + 30_000
    while (!heard.includes('again') && Date.now() < end) {
      await say('again')
      await sleep(100)
    }
    expect(heard).toContain('again')
    await Promise.all([speaker.close(), listener.close()])
  })
})
