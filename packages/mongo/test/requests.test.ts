import { randomUUID } from 'node:crypto'
import type { Outcome } from '@jobs-worker/core/store'
import { newJob, newJobs, PortClient, PortWorker } from '@jobs-worker/store-conformance'
import { FaultProxy } from '@jobs-worker/test-servers'
import { describeWith } from '@jobs-worker/test-servers/vitest'
import { MongoClient } from 'mongodb'
import { afterAll, expect, test } from 'vitest'
import { mongoStore } from '../src'
import { direct } from './harness'

const DATABASE = 'requests'

await describeWith('mongodb', 'requests to MongoDB that were cut off', (url) => {
  const client = new MongoClient(url || 'mongodb://nowhere')

  afterAll(async () => {
    await client.db(DATABASE).dropDatabase()
    await client.close()
  })

  test('an insert that stopped half way goes on where it was, and brings back nothing that has gone', async () => {
    const prefix = `h${randomUUID().slice(0, 8)}_`
    const documents = client.db(DATABASE).collection<{ _id: string }>(`${prefix}jobs`)
    const request = { client: randomUUID(), number: 1 }
    const jobs = [1, 2, 3, 4].map((n) => newJob({ input: `${n}` }))
    const [gone, there, ...never] = jobs.map(({ id }) => id)
    const first = mongoStore(client, { database: DATABASE, prefix })
    await first.enqueue(request, jobs)
    await first.close()
    await documents.deleteMany({ _id: { $in: [gone as string, ...never, `${request.client}/1/`] } })
    const second = mongoStore(client, { database: DATABASE, prefix })
    const { jobs: answers } = await second.enqueue(request, jobs)
    expect(answers).toEqual(jobs.map(({ id }) => ({ id, outcome: 'created' })))
    const listed = (await second.list({ limit: 10 })).jobs.map(({ id }) => id)
    expect(listed).toEqual([there, ...never])
    await second.close()
  })

  test('a settlement and a claim whose answers are lost are made once, and counted once', async () => {
    const prefix = `l${randomUUID().slice(0, 8)}_`
    const proxy = await FaultProxy.start(direct(url))
    const store = mongoStore(proxy.url, { database: DATABASE, prefix })
    const sent = newJobs(6)
    await new PortClient(store).send(sent)
    const worker = new PortWorker(store)
    await worker.register()
    /** Sends it until it is answered, and tells how often that took. */
    const insist = async (settle: readonly Outcome[], start: number) => {
      const request = worker.request()
      const message = worker.message({ settle, claim: worker.wanted({ start }) })
      for (let attempt = 1; ; attempt++) {
        const reply = await store.exchange(request, message).catch((error: { code?: string }) => {
          expect(error.code).toBe('JOBS_STORE_UNAVAILABLE')
        })
        if (reply) return { reply, attempt }
      }
    }
    void proxy.loseNextReply((request) => request.includes('updates') && request.includes('running'))
    const claimed = await insist([], 3)
    expect(claimed.attempt).toBe(2)
    expect(claimed.reply.claimed.map(({ id }) => id)).toEqual(sent.slice(0, 3).map(({ id }) => id))
    const ends = claimed.reply.claimed.map(({ id, run, claim }, n): Outcome => {
      return { id, run, claim, ranFor: 1, kind: 'complete', result: null, keep: n === 0 ? 3_600_000 : 0 }
    })
    for (const [words, some] of [
      ['deletes', ends.slice(1)],
      ['completed', ends.slice(0, 1)],
    ] as const) {
      void proxy.loseNextReply((request) => request.includes(words))
      const settled = await insist(some, 0)
      expect([settled.attempt, settled.reply.settled]).toEqual([2, some.map(() => true)])
    }
    expect((await store.queues())[0]?.counts).toMatchObject({ queued: 3, running: 0, completed: 1 })
    await store.close()
    await proxy.close()
  })
})
