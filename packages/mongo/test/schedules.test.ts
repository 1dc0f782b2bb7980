import { randomUUID } from 'node:crypto'
import { type Firing, type NewSchedule, newJobId, type ScheduleRecord, type Store } from '@jobs-worker/core/store'
import { newJob } from '@jobs-worker/store-conformance'
import { startMongodb, type TestServer } from '@jobs-worker/test-servers'
import { describeWith } from '@jobs-worker/test-servers/vitest'
import { MongoClient } from 'mongodb'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { mongoStore } from '../src'
import { before } from './steps'

const FAR = 1_000_000_000_000_000

const given: NewSchedule = {
  name: 'schedule',
  task: 'task',
  queue: 'one',
  timing: '{"every":1000}',
  definition: '{}',
  retryDelay: 100,
  nextRunAt: 1_000,
  active: null,
}

/** The decision on what was taken. */
function decided({ name, queue, revision, epoch, nextRunAt }: ScheduleRecord, id = newJobId(queue)): Firing {
  const time = nextRunAt as number
  const job = newJob({ id, queue, due: { at: time }, schedule: name })
  return { name, queue, revision, epoch, nextRunAt: time, jobs: [{ time, job }], next: time + FAR }
}

/** Takes as soon as it may, and fires; the jobs that are there then. */
async function finish(store: Store, id?: string): Promise<readonly string[]> {
  for (;;) {
    const { due, nextIn } = await store.schedules.take(10, 1_000)
    if (due.length > 0) await store.schedules.fire(due.map((one) => decided(one, id)))
    else if (nextIn === null || nextIn > 1_000) return (await store.list({ limit: 10 })).jobs.map((job) => job.id)
  }
}

function open(client: MongoClient, prefix = `t${randomUUID().slice(0, 8)}_`) {
  const store = mongoStore(client, { database: 'schedules', prefix })
  onTestFinished(() => store.close())
  const other = (step: Parameters<typeof before>[1], meanwhile: Parameters<typeof before>[2]) => {
    const one = mongoStore(before(client, step, meanwhile), { database: 'schedules', prefix })
    onTestFinished(() => one.close())
    return one
  }
  return { store, other }
}

const kill = () => Promise.reject(new Error('killed'))

await describeWith('mongodb', 'schedules on MongoDB: a firing is one transaction', (url) => {
  const client = new MongoClient(url || 'mongodb://nowhere')

  afterAll(async () => {
    await client.db('schedules').dropDatabase()
    await client.close()
  })

  test('who is killed before the schedule moves on has made no job; the next one makes it', async () => {
    const { store, other } = open(client)
    const dying = other(['schedules', 'bulkWrite'], kill)
    await store.schedules.upsert(given)
    const { due } = await dying.schedules.take(10, 1_000)
    await expect(dying.schedules.fire(due.map((one) => decided(one)))).rejects.toThrow('killed')
    expect((await store.list({ limit: 10 })).jobs).toEqual([])
    const [id, ...others] = await finish(store)
    expect(others).toEqual([])
    expect(await store.schedules.get('schedule')).toMatchObject({ runs: 1, lastRunAt: 1_000, lastJob: id })
  })

  const changes: Readonly<Record<string, (store: Store, taken: ScheduleRecord) => Promise<unknown>>> = {
    changed: (store) => store.schedules.upsert({ ...given, definition: '{"new":1}' }),
    'moved to another queue': (store) => store.schedules.upsert({ ...given, queue: 'two' }),
    paused: (store, { revision }) => store.schedules.change('schedule', { revision, active: false }),
    removed: (store) => store.schedules.remove('schedule'),
  }
  for (const [what, change] of Object.entries(changes)) {
    test(`a schedule that is ${what} while it is fired: its job is not made, nor counted`, async () => {
      const { store, other } = open(client)
      await store.schedules.upsert(given)
      const [taken] = (await store.schedules.take(10, 1_000)).due as [ScheduleRecord]
      const slow = other(['schedules', 'bulkWrite'], () => change(store, taken))
      expect((await slow.schedules.fire([decided(taken)])).fired).toEqual([{ stale: true }])
      expect((await store.list({ limit: 10 })).jobs).toEqual([])
      expect((await store.queues()).map(({ counts }) => counts.queued)).toEqual((await store.queues()).map(() => 0))
    })
  }

  test('one that another fires meanwhile has one job, also where that has run and gone', async () => {
    const { store, other } = open(client)
    await store.schedules.upsert(given)
    const [taken] = (await store.schedules.take(10, 1_000)).due as [ScheduleRecord]
    const decision = decided(taken)
    const slow = other(['jobs', 'insertMany'], async () => {
      await store.schedules.fire([decision])
      await store.remove([decision.jobs[0]?.job.id as string])
    })
    expect((await slow.schedules.fire([decision])).fired).toEqual([{ stale: true }])
    expect((await store.list({ limit: 10 })).jobs).toEqual([])
    expect(await store.schedules.get('schedule')).toMatchObject({ runs: 1 })
  })

  test('a schedule of the same name begins above the one before', async () => {
    const { store } = open(client)
    const { revision: first } = await store.schedules.upsert(given)
    await store.schedules.remove('schedule')
    const { revision: second } = await store.schedules.upsert(given)
    expect(second).toBeGreaterThan(first)
  })

  test('texts that MongoDB could take for more than texts stay what they are', async () => {
    const { store } = open(client)
    const odd = { ...given, name: '$name', task: '$task', queue: 'a.$b', timing: '$nextRunAt', definition: '"$$NOW"' }
    const made = await store.schedules.upsert(odd)
    expect(made).toMatchObject({ ...odd, active: true })
    expect((await store.schedules.take(10, 1_000)).due).toEqual([made])
  })
})

await describeWith('mongodb', 'schedules on a MongoDB server that stands alone', (url) => {
  let server: TestServer
  let client: MongoClient

  beforeAll(async () => {
    if (url === '') return
    server = await startMongodb({ replicaSet: false })
    client = new MongoClient(server.url)
  })

  afterAll(async () => {
    await client?.close()
    await server?.close()
  })

  for (const [what, step] of [
    ['before its job was counted', ['jobs', 'insertOne']],
    ['before the schedule moved on', ['schedules', 'bulkWrite']],
  ] as const) {
    test(`killed ${what}: the next one makes no second job, moves on, and the counts come right`, async () => {
      const { store, other } = open(client)
      const dying = other(step, kill)
      await store.schedules.upsert(given)
      const [taken] = (await dying.schedules.take(10, 1_000)).due as [ScheduleRecord]
      const id = newJobId('one')
      await expect(dying.schedules.fire([decided(taken, id)])).rejects.toThrow('killed')
      expect(await store.schedules.get('schedule')).toMatchObject({ nextRunAt: 1_000, runs: 0 })
      expect(await finish(store, id)).toEqual([id])
      expect(await store.schedules.get('schedule')).toMatchObject({ runs: 1, lastRunAt: 1_000, lastJob: id })
      await expect
        .poll(
          async () => {
            await store.prune(10)
            return (await store.queues()).map(({ counts }) => counts.queued)
          },
          { timeout: 10_000 },
        )
        .toEqual([1])
    })
  }
})
