import { randomUUID } from 'node:crypto'
import type { ClaimedJob, ErrorRecord, Locks, Outcome } from '@jobs-worker/core/store'
import { newJob, newJobs, PortClient, PortWorker } from '@jobs-worker/store-conformance'
import { describeWith } from '@jobs-worker/test-servers/vitest'
import { MongoClient } from 'mongodb'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type MongoStore, mongoStore } from '../src'
import { type Plan, plansOf } from './plans'

const DATABASE = 'plans'
const MANY = 3_000
const SCHEDULES = 300

await describeWith('mongodb', 'how MongoDB finds what is asked of it', (url) => {
  const prefix = `p${randomUUID().slice(0, 8)}_`
  const client = new MongoClient(url || 'mongodb://nowhere', { monitorCommands: true })
  let store: MongoStore

  const during = (work: () => Promise<unknown>) => plansOf(client, DATABASE, work)
  const ofJobs = (plans: readonly Plan[]) => plans.filter(({ collection }) => collection === `${prefix}jobs`)

  beforeAll(async () => {
    store = mongoStore(client, { database: DATABASE, prefix })
    const sender = new PortClient(store)
    for (let n = 0; n < MANY; n += 1_000) {
      await sender.send(newJobs(1_000))
      await sender.send(newJobs(1_000, { task: 'theirs', priority: 1 }))
      await sender.send(newJobs(1_000, { due: { delay: 3_600_000 }, priority: 1 }))
    }
  })

  afterAll(async () => {
    await store.close()
    await client.db(DATABASE).dropDatabase()
    await client.close()
  })

  test('a claim walks the line of each lane in order, and steps over nothing', async () => {
    const worker = new PortWorker(store, { lanes: ['task', 'nowhere'] })
    await worker.register()
    const plans = ofJobs(await during(() => worker.claim({ start: 20 })))
    const line = plans.filter(({ text }) => text.includes('"lane"'))
    expect(line.map(({ indexes, sorts }) => [indexes, sorts])).toEqual([[['line'], false]])
    expect(line[0]?.examined).toBeLessThanOrEqual(21)
    const due = plans.filter(({ text }) => text.includes('"scheduled"'))
    expect(due.map(({ indexes, sorts }) => [indexes, sorts])).toEqual([[['due'], false]])
    expect(due[0]?.examined).toBeLessThanOrEqual(1)
  })

  test('promotion, recovery and pruning look only at what they take', async () => {
    const plans = ofJobs(
      await during(async () => {
        await store.promote(100)
        await store.prune(100)
      }),
    )
    expect(plans.length).toBeGreaterThanOrEqual(3)
    for (const { text, examined, sorts } of plans) expect([text, examined <= 101, sorts]).toEqual([text, true, false])
  })

  test('no page of a list looks through what it does not show', async () => {
    const worker = new PortWorker(store)
    await worker.register()
    const claimed = await worker.claim({ start: 30 })
    const keep = 3_600_000
    const ended = claimed.map(({ id, run, claim }): Outcome => {
      return { id, run, claim, ranFor: 1, kind: 'complete', result: null, keep }
    })
    await worker.settle(...ended)
    await worker.claim({ start: 5 })
    const plans = ofJobs(
      await during(async () => {
        for (const state of ['scheduled', 'queued', 'running', 'completed'] as const) {
          for (const filter of [{}, { queue: 'default' }]) {
            const first = await store.list({ ...filter, states: [state], limit: 3 })
            expect(first.jobs).toHaveLength(3)
            if (first.cursor !== null) await store.list({ ...filter, states: [state], limit: 3, cursor: first.cursor })
          }
        }
      }),
    )
    expect(new Set(plans.flatMap(({ indexes }) => indexes))).toEqual(
      new Set(['line', 'due', 'queue_due', 'held', 'ended', '_id_']),
    )
    for (const { text, examined, sorts } of plans) expect([text, examined <= 60, sorts]).toEqual([text, true, false])
  })

  test('a unique key is found by its index', async () => {
    const unique = { key: 'k', while: 'alive', window: null, onConflict: 'return' } as const
    const one = () => new PortClient(store).one({ unique })
    await one()
    const plans = ofJobs(await during(one)).filter(({ text }) => text.includes('"holds"'))
    expect(plans.map(({ indexes, examined }) => [indexes, examined])).toEqual([[['unique'], 1]])
  })

  test('locks and lines are found by their indexes, however many wait', async () => {
    const sender = new PortClient(store)
    const worker = new PortWorker(store, { queues: ['locked'] })
    await worker.register()
    const needs = (...keys: readonly string[]) => ({ queue: 'locked', locks: keys.map((key) => ({ key, slots: 1 })) })
    await sender.send([newJob(needs('hot')), ...newJobs(999, needs('hot', 'too'))])
    const [holder] = await worker.claim({ start: 1 })
    while ((await worker.exchange({ claim: worker.wanted({ start: 1_000 }) })).more);
    await sender.send([newJob(needs('free')), newJob(needs('hot', 'free'))])
    const locks = store.locks as Locks
    const id = randomUUID()
    const { id: job, run, claim } = holder as ClaimedJob
    const settle: Outcome[] = [{ id: job, run, claim, ranFor: 1, kind: 'complete', result: null, keep: 0 }]
    const plans = ofJobs(
      await during(async () => {
        expect(await worker.claim({ start: 5 })).toHaveLength(1)
        await worker.exchange({ settle })
        await locks.acquire({ id, keys: ['mine', 'other'], holder: { owner: 'me', ttl: 60_000 } })
        expect(
          (await locks.acquire({ id: randomUUID(), keys: ['mine'], holder: { owner: 'you', ttl: 60_000 } })).outcome,
        ).toBe('held')
        await locks.extend(id, 60_000)
        await locks.release(id)
        await store.recover({ limit: 100, error: errorOf('gone'), keep: { failed: 0, cancelled: 0 } })
        expect((await store.list({ queue: 'locked', states: ['blocked'], limit: 3 })).jobs).toHaveLength(3)
      }),
    )
    const walked = new Set(plans.flatMap(({ indexes }) => indexes))
    for (const index of ['line', 'lines', 'locks', 'acquired', 'turn', 'ends', 'offer', 'blocked'])
      expect(walked).toContain(index)
    for (const { text, examined, sorts } of plans) expect([text, examined <= 20, sorts]).toEqual([text, true, false])
  })

  test('a scheduler looks only at schedules that are due', async () => {
    const rest = { task: 'task', queue: 'default', definition: '{}', retryDelay: 5_000 }
    for (let n = 0; n < SCHEDULES; n++) {
      const nextRunAt = n % 10 === 0 ? n : 4_000_000_000_000
      await store.schedules.upsert({ ...rest, name: `s${n}`, timing: '{}', nextRunAt, active: n % 2 === 0 })
    }
    const seen = await during(async () => {
      expect((await store.schedules.take(10, 1 << 20)).due).toHaveLength(10)
    })
    const plans = seen.filter(({ collection, text }) => collection === `${prefix}schedules` && text.includes('"look"'))
    expect(plans).toHaveLength(2)
    for (const { indexes, examined, sorts } of plans)
      expect([indexes, examined <= 10, sorts]).toEqual([['waiting'], true, false])
  })
})

function errorOf(message: string): ErrorRecord {
  return { name: 'Error', message, stack: null, code: null, cause: null, attempt: 0, time: 0 }
}
