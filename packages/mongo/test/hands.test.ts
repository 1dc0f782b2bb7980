import { randomUUID } from 'node:crypto'
import type { ClaimedJob, NewJob, Outcome } from '@jobs-worker/core/store'
import { newJobs, PortClient, PortWorker } from '@jobs-worker/store-conformance'
import { describeWith } from '@jobs-worker/test-servers/vitest'
import { type CommandStartedEvent, type CommandSucceededEvent, type Document, MongoClient } from 'mongodb'
import { afterAll, expect, test } from 'vitest'
import { mongoStore } from '../src'

const DATABASE = 'hands'
const HOUR = 3_600_000
const KEEP = { completed: HOUR, failed: HOUR, cancelled: HOUR }

await describeWith('mongodb', 'jobs in the hands of a MongoDB store', (url) => {
  const client = new MongoClient(url || 'mongodb://nowhere', { monitorCommands: true })

  /** A store with so many jobs, all claimed by one worker of it. */
  const claimedBy = async (count: number, over: Partial<NewJob> = {}) => {
    const prefix = `h${randomUUID().slice(0, 8)}_`
    const open = () => mongoStore(client, { database: DATABASE, prefix })
    const store = open()
    await new PortClient(store).send(newJobs(count, over))
    const worker = new PortWorker(store)
    await worker.register()
    const lanes = over.lane === undefined ? {} : { lanes: [over.lane] }
    return { prefix, open, store, worker, jobs: await worker.claim({ start: count, ...lanes }) }
  }
  const completed = ({ id, run, claim }: ClaimedJob, result: string | null = null): Outcome => {
    return { id, run, claim, ranFor: 1, kind: 'complete', result, keep: HOUR }
  }

  /** Does some work: what it asked, and how many round trips came one after another. */
  async function tripsOf<T>(work: () => Promise<T>) {
    const asked: Document[] = []
    const depths = new Map<number, number>()
    let trips = 0
    const begun = ({ requestId, command }: CommandStartedEvent) => {
      asked.push(command)
      depths.set(requestId, trips + 1)
    }
    const ended = ({ requestId }: CommandSucceededEvent) => {
      trips = Math.max(trips, depths.get(requestId) ?? 0)
    }
    client.on('commandStarted', begun).on('commandSucceeded', ended)
    const reply = await work()
    client.off('commandStarted', begun).off('commandSucceeded', ended)
    return { reply, asked, trips }
  }

  afterAll(async () => {
    await client.db(DATABASE).dropDatabase()
    await client.close()
  })

  test('are settled without being read, in one statement, each with a result of its own', async () => {
    const { store, worker, jobs } = await claimedBy(40)
    const resultOf = (n: number) => `"$result ${n}"`
    const outcomes = jobs.map((job, n) => completed(job, resultOf(n)))
    const { reply, asked } = await tripsOf(() => worker.settle(...outcomes))
    expect(reply).toEqual(jobs.map(() => true))
    expect(asked.filter(({ find, filter }) => find && JSON.stringify(filter).includes(jobs[0]?.id ?? ''))).toEqual([])
    const writes = asked.flatMap(({ updates = [] }) => updates as Document[]).filter(({ q }) => q._id.$in)
    expect(writes).toHaveLength(1)
    const stored = await Promise.all(jobs.map(({ id }) => store.get(id)))
    expect(stored.map((job) => [job?.state, job?.result])).toEqual(jobs.map((_, n) => ['completed', resultOf(n)]))
    await store.close()
  })

  test('an exchange that settles and claims takes four round trips, one after another', async () => {
    const { store, worker, jobs } = await claimedBy(5)
    await new PortClient(store).send(newJobs(5))
    const settle = jobs.map((job) => completed(job))
    const { reply, trips } = await tripsOf(() => worker.exchange({ settle, claim: worker.wanted({ start: 5 }) }))
    expect([reply.settled.every(Boolean), reply.claimed.length, trips]).toEqual([true, 5, 4])
    await store.close()
  })

  test('one that only claims takes two, once this process knows the lanes of the queue', async () => {
    const { store, worker } = await claimedBy(1)
    await new PortClient(store).send(newJobs(5))
    const { reply, trips } = await tripsOf(() => worker.claim({ start: 5 }))
    expect([reply.length, trips]).toEqual([5, 2])
    await store.close()
  })

  test('a claim knows what others have done to the queue since this process looked', async () => {
    const { open, store, worker } = await claimedBy(1, { lane: 'one' })
    const other = open()
    const producer = new PortClient(other)
    const { id: first } = await producer.one({ lane: 'two' })
    expect((await worker.claim({ lanes: ['one', 'two'] })).map(({ id }) => id)).toEqual([first])
    await producer.one({ lane: 'two' })
    await other.pause('default')
    expect(await worker.claim({ lanes: ['one', 'two'] })).toEqual([])
    await other.resume('default')
    expect(await worker.claim({ lanes: ['one', 'two'] })).toHaveLength(1)
    await Promise.all([store.close(), other.close()])
  })

  test('to hand on a lock and claim who waits for it takes six', async () => {
    const { store, worker, jobs } = await claimedBy(1, { locks: [{ key: 'k', slots: 1 }] })
    const waiting = newJobs(3, { locks: [{ key: 'k', slots: 1 }] })
    await new PortClient(store).send(waiting)
    expect(await worker.claim({ start: 1 })).toEqual([])
    const settle = jobs.map((job) => completed(job))
    const { reply, trips } = await tripsOf(() => worker.exchange({ settle, claim: worker.wanted({ start: 1 }) }))
    expect([reply.claimed.map(({ id }) => id), trips]).toEqual([[waiting[0]?.id], 6])
    await store.close()
  })

  test('are read when they end where their runs have had locks, of which something may have to be told', async () => {
    const { store, worker, jobs } = await claimedBy(1)
    const [job] = jobs as [ClaimedJob]
    const acquisition = randomUUID()
    await store.locks?.acquire({ id: acquisition, keys: ['mine'], holder: { run: job } })
    await store.locks?.release(acquisition)
    const { reply, asked } = await tripsOf(() => worker.settle(completed(job)))
    expect(reply).toEqual([true])
    expect(asked.filter(({ find, filter }) => find && JSON.stringify(filter).includes(job.id))).toHaveLength(1)
    await store.close()
  })

  test('are read again where somebody else has changed them', async () => {
    const { prefix, open, store, worker, jobs } = await claimedBy(3)
    const [cancelled, gone, untouched] = jobs as [ClaimedJob, ClaimedJob, ClaimedJob]
    const other = open()
    await other.cancel([cancelled.id], KEEP)
    await client.db(DATABASE).collection<{ _id: string }>(`${prefix}jobs`).deleteOne({ _id: gone.id })
    const { result: _, keep: __, ...again } = completed(cancelled) as Outcome & { kind: 'complete' }
    const retry = { ...again, kind: 'retry', delay: 0 } as Outcome
    expect(await worker.settle(retry, completed(gone), completed(untouched))).toEqual([true, false, true])
    expect((await store.get(cancelled.id))?.state).toBe('cancelled')
    expect((await store.get(untouched.id))?.state).toBe('completed')
    await Promise.all([store.close(), other.close()])
  })
})
