import { randomUUID } from 'node:crypto'
import { describeWith } from '@jobs-worker/test-servers/vitest'
import { MongoClient } from 'mongodb'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type MongoStore, mongoStore } from '../src'
import { newJob, send, worker } from './jobs'
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
    for (let n = 0; n < MANY; n += 1_000) {
      await send(store, 1_000)
      await send(store, 1_000, { task: 'theirs', priority: 1 })
      await send(store, 1_000, { due: { delay: 3_600_000 }, priority: 1 })
    }
  })

  afterAll(async () => {
    await store.close()
    await client.db(DATABASE).dropDatabase()
    await client.close()
  })

  test('a claim walks the line of each lane in order, and steps over nothing', async () => {
    const { exchange } = await worker(store, ['task', 'nowhere'])
    const plans = ofJobs(await during(() => exchange(20)))
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
    const { exchange } = await worker(store)
    const { claimed } = await exchange(30)
    const keep = 3_600_000
    await exchange(
      0,
      claimed.map(({ id, run, claim }) => ({ id, run, claim, ranFor: 1, kind: 'complete', result: null, keep })),
    )
    await exchange(5)
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
    const one = () => store.enqueue({ client: randomUUID(), number: 1 }, [newJob({ unique })])
    await one()
    const plans = ofJobs(await during(one)).filter(({ text }) => text.includes('"holds"'))
    expect(plans.map(({ indexes, examined }) => [indexes, examined])).toEqual([[['unique'], 1]])
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
      expect([indexes, examined <= 10, sorts]).toEqual([['look'], true, false])
  })
})
