import { randomUUID } from 'node:crypto'
import type { ClaimedJob, Locks, NewJob, Outcome, Store } from '@jobs-worker/core/store'
import { newJob, PortClient, PortWorker } from '@jobs-worker/store-conformance'
import { describeWith } from '@jobs-worker/test-servers/vitest'
import { type Document, MongoClient } from 'mongodb'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type MongoStore, mongoStore } from '../src'
import { Mortal } from './mortal'

const DATABASE = 'cuts'
const HOUR = 3_600_000
const KEEP = { completed: HOUR, failed: HOUR, cancelled: HOUR }
const ERROR = { name: 'Error', message: 'gone', stack: null, code: null, cause: null, attempt: 1, time: 0 }
/** So many die at the same time, each in collections of its own: most of it is waiting for the server. */
const AT_ONCE = 6
const RECOVER = { limit: 100, error: ERROR, keep: KEEP }

/** Jobs by name, each with the locks that it needs. */
const NEEDS = { dead: 'z', behind: 'z', ab: 'a b', bc: 'b c', a: 'a', c: 'c', free: '', again: 'b', mine: 'x' } as const
type Name = keyof typeof NEEDS

interface Place {
  readonly prefix: string
  /** Of who lives on there. */
  readonly store: MongoStore
}

await describeWith('mongodb', 'a process that dies with locks on MongoDB', (url) => {
  const client = new MongoClient(url || 'mongodb://nowhere')
  let places: readonly Place[] = []

  async function place(): Promise<Place> {
    const prefix = `c${randomUUID().slice(0, 8)}_`
    const store = mongoStore(client, { database: DATABASE, prefix })
    await store.open()
    return { prefix, store }
  }

  beforeAll(async () => {
    places = await Promise.all(Array.from({ length: AT_ONCE }, place))
  })

  afterAll(async () => {
    await Promise.all(places.map(({ store }) => store.close()))
    await client.db(DATABASE).dropDatabase()
    await client.close()
  })

  /** Does all that changes locks and lines, on a store that may die of it. */
  async function live(mortal: Mortal, prefix: string, jobs: Readonly<Record<Name, NewJob>>): Promise<void> {
    const dying = mongoStore(mortal.client, { database: DATABASE, prefix, migrate: false })
    const script = async () => {
      const worker = await registered(dying)
      await dying.recover(RECOVER)
      const claimed = await worker.claim({ start: 4 })
      const ended = claimed.map((job) =>
        job.id === jobs.free.id ? retry(job) : complete(job, job.id === jobs.ab.id ? 0 : HOUR),
      )
      const { claimed: next } = await worker.exchange({ settle: ended, claim: worker.wanted({ start: 2 }) })
      const locks = dying.locks as Locks
      const holder = { owner: 'by hand', ttl: 1 }
      await locks.acquire({ id: randomUUID(), keys: ['x', 'y'], holder })
      const [run] = next
      if (run) await locks.acquire({ id: randomUUID(), keys: ['more'], holder: { run } })
      await worker.claim({ start: 5 })
      await dying.cancel([jobs.a.id, jobs.c.id], KEEP)
      await dying.recover(RECOVER)
      const last = next.map((job) => complete(job))
      await worker.exchange({ settle: last, claim: worker.wanted({ start: 5 }) })
      await locks.list({ limit: 10 })
    }
    await script().catch((error) => {
      if (!mortal.isDead) throw error
    })
    await dying.close()
  }

  /** What anybody who lives does until these have ended; answers who has run. */
  async function healed(store: Store, ids: readonly string[]): Promise<readonly string[]> {
    for (const { instance } of await store.workers()) await store.unregister(instance)
    const worker = await registered(store)
    const ran: string[] = []
    let running: readonly ClaimedJob[] = []
    const isOver = async () => {
      const jobs = await Promise.all(ids.map((id) => store.get(id)))
      return jobs.every((job) => job === null || job.finishedAt !== null)
    }
    for (const end = Date.now() + 20_000; !(await isOver()) && Date.now() < end; ) {
      await store.recover(RECOVER)
      const settle = running.map((job) => complete(job))
      const { claimed } = await worker.exchange({ settle, claim: worker.wanted({ start: 9 }) })
      const keys = claimed.flatMap(({ locks }) => locks.map(({ key }) => key))
      expect(new Set(keys).size).toBe(keys.length)
      ran.push(...claimed.map(({ id }) => id))
      running = claimed
    }
    await worker.unregister()
    return ran
  }

  /** One life and what was left of it. */
  async function cut({ prefix, store }: Place, death: number | null): Promise<number> {
    const jobs = Object.fromEntries(
      Object.entries(NEEDS).map(([name, keys]) => {
        const locks = keys
          .split(' ')
          .filter(Boolean)
          .map((key) => ({ key, slots: 1 }))
        return [name, newJob({ locks })]
      }),
    ) as Record<Name, NewJob>
    await begin(store, jobs)
    const mortal = new Mortal(client, death)
    await live(mortal, prefix, jobs)
    const ran = await healed(
      store,
      Object.values(jobs).map(({ id }) => id),
    )
    for (const [name, { id }] of Object.entries(jobs)) {
      const job = await store.get(id)
      if (name === 'ab' && job === null) continue
      expect([name, job?.state]).toEqual([name, expect.stringMatching(/completed|cancelled/)])
      if (job?.state === 'cancelled') expect(ran).not.toContain(id)
    }
    expect(await store.locks?.list({ limit: 10 })).toEqual([])
    const stands = ['held', 'joined', 'turn', 'offer', 'acquired'].map((field) => ({ [field]: { $exists: true } }))
    const left = async () => {
      await store.recover(RECOVER)
      return client.db(DATABASE).collection<Document>(`${prefix}jobs`).find({ $or: stands }).toArray()
    }
    await expect.poll(left, { timeout: 10_000 }).toEqual([])
    await store.remove(Object.values(jobs).map(({ id }) => id))
    return mortal.writes
  }

  test('wherever it is cut off, nothing is lost, no two hold a key, and no lock is left behind', {
    timeout: 300_000,
  }, async () => {
    const [first] = places as readonly [Place]
    const writes = await cut(first, null)
    expect(writes).toBeGreaterThan(30)
    let last = 0
    const dieOneByOne = async (place: Place) => {
      while (last < writes) {
        const write = ++last
        await cut(place, write).catch((cause) => {
          throw new Error(`cut off before write ${write} of ${writes}: ${cause.message}`, { cause })
        })
      }
    }
    await Promise.all(places.map(dieOneByOne))
    const counts = async () => {
      const left = places.map(async ({ store }) => {
        await store.prune(1_000)
        return Object.values((await store.queues())[0]?.counts ?? {}).filter((count) => count !== 0)
      })
      return (await Promise.all(left)).flat()
    }
    await expect.poll(counts, { timeout: 30_000, interval: 500 }).toEqual([])
  })
})

/** One worker has died with a lock, and another job waits for it. */
async function begin(store: Store, jobs: Readonly<Record<Name, NewJob>>): Promise<void> {
  const { dead, behind, ...others } = jobs
  const client = new PortClient(store)
  await client.send([dead, behind])
  const worker = await registered(store)
  expect((await worker.claim({ start: 2 })).map(({ id }) => id)).toEqual([dead.id])
  await worker.unregister()
  await client.send(Object.values(others))
}

async function registered(store: Store): Promise<PortWorker> {
  const worker = new PortWorker(store)
  await worker.register()
  return worker
}

function complete({ id, run, claim }: ClaimedJob, keep = HOUR): Outcome {
  return { id, run, claim, ranFor: 1, kind: 'complete', result: null, keep }
}

function retry({ id, run, claim }: ClaimedJob): Outcome {
  return { id, run, claim, ranFor: 1, kind: 'retry', error: ERROR, delay: 0 }
}
