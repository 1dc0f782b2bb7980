import { randomUUID } from 'node:crypto'
import type { Claim, ClaimedJob, Exchange, NewJob, Signal, Store } from '@jobs-worker/core/store'
import { newJob } from '@jobs-worker/store-conformance'
import { FaultProxy, startRedis, type TestServer } from '@jobs-worker/test-servers'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { redisStore } from '../src'
import { Waits } from '../src/waits'

const LEASE = 60_000
let server: TestServer
let admin: Redis
let prefix: string
let [store, other]: Store[] = []
let number = 0
const request = () => ({ client: 'client', number: ++number })
const mine = () => store as Store
const theirs = () => other as Store

beforeAll(async () => {
  server = await startRedis()
  admin = new Redis(server.url)
})

afterAll(async () => {
  admin.disconnect()
  await server.close()
})

beforeEach(() => {
  prefix = `handed-${++number}`
  store = redisStore(server.url, { prefix })
  other = redisStore(server.url, { prefix })
  return async () => void (await Promise.all([mine().close(), theirs().close()]))
})

async function register(at: Store): Promise<string> {
  const instance = randomUUID()
  const worker = { id: instance, instance, host: 'here', pid: 1, queues: ['default'], lanes: ['task'], leaseMs: LEASE }
  await at.register(worker)
  return instance
}

function claimOf(over: Partial<Claim> = {}): Claim {
  const queues = [{ name: 'default', limit: 2 }]
  return { id: randomUUID(), queues, lanes: ['task'], start: 2, reserve: 0, maxBytes: 1e9, waits: true, ...over }
}

function exchange(at: Store, instance: string, over: Partial<Exchange> = {}, asked = request()) {
  return at.exchange(asked, { instance, settle: [], start: [], report: [], claim: claimOf(), ...over })
}

async function hear(at: Store): Promise<ClaimedJob[]> {
  const jobs: ClaimedJob[] = []
  await at.subscribe((signal: Signal) => signal.kind === 'handed' && jobs.push(...signal.jobs))
  return jobs
}

/** A job that was handed to a worker that waits, while somebody else listened in its place. */
async function lostOnTheWay(): Promise<NewJob> {
  const waiting = (await admin.hgetall(`{${prefix}:default}:waiting`)) as Record<string, string>
  const channels = Object.values(waiting).map((entry) => /\{[^}]+\}:signals:[0-9a-f]+/.exec(entry)?.[0] as string)
  const listener = admin.duplicate()
  await listener.subscribe(...channels)
  const job = newJob()
  await theirs().enqueue(request(), [job])
  listener.disconnect()
  return job
}

/** A script does its work, and its answer is lost. */
async function loseReply(proxy: FaultProxy, ask: () => Promise<unknown>): Promise<void> {
  const lost = proxy.loseNextReply((bytes) => bytes.toString('latin1').toLowerCase().includes('evalsha'))
  await expect(ask()).rejects.toMatchObject({ code: 'JOBS_STORE_UNAVAILABLE' })
  await lost
}

test('a worker that waits is handed what is enqueued, started, and nobody is woken for it', async () => {
  const heard = await hear(mine())
  const woken: Signal[] = []
  await theirs().subscribe((signal) => signal.kind === 'wake' && woken.push(signal))
  const instance = await register(mine())
  const claim = claimOf()
  await exchange(mine(), instance, { claim })
  const job = newJob({ input: '{"n":1}' })
  await theirs().enqueue(request(), [job])
  await vi.waitFor(() => expect(heard).toHaveLength(1))
  const worker = instance
  expect(heard[0]).toMatchObject({
    id: job.id,
    input: '{"n":1}',
    run: 1,
    attempt: 1,
    claim: claim.id,
    state: 'running',
    worker,
  })
  expect(await theirs().get(job.id)).toMatchObject({ state: 'running', attempt: 1, worker })
  expect(woken).toEqual([])
  // It waits no more, and has heard of it.
  await theirs().enqueue(request(), [newJob()])
  const settle = [
    { id: job.id, run: 1, claim: claim.id, kind: 'complete', ranFor: 1, result: null, keep: LEASE },
  ] as const
  const reply = await exchange(mine(), instance, { settle })
  expect([reply.settled, reply.claimed.length, heard.length]).toEqual([[true], 1, 1])
})

test('a worker is handed no more than it has room for, in order; for the rest all are woken', async () => {
  const heard = await hear(mine())
  await exchange(mine(), await register(mine()))
  const jobs = [3, 1, 2].map((priority) => newJob({ priority }))
  await theirs().enqueue(request(), jobs)
  await vi.waitFor(() => expect(heard).toHaveLength(2))
  expect(heard.map(({ priority }) => priority)).toEqual([1, 2])
  const { claimed } = await exchange(theirs(), await register(theirs()))
  expect(claimed.map(({ priority }) => priority)).toEqual([3])
})

test('what was lost on the way comes with the next claim, once, and leaves no more room than there is', async () => {
  const instance = await register(mine())
  await exchange(mine(), instance)
  const job = await lostOnTheWay()
  await theirs().enqueue(request(), [newJob(), newJob()])
  const heard = await hear(mine())
  const asked = request()
  const next = { claim: claimOf() }
  const reply = await exchange(mine(), instance, next, asked)
  expect(heard.map(({ id }) => id)).toEqual([job.id])
  expect([reply.claimed.length, reply.more]).toEqual([1, true])
  await exchange(mine(), instance, next, asked)
  expect(heard).toHaveLength(1)
})

test('what was lost on the way goes back as the worker leaves, and costs nothing', async () => {
  const instance = await register(mine())
  await exchange(mine(), instance)
  const job = await lostOnTheWay()
  expect(await theirs().get(job.id)).toMatchObject({ state: 'running' })
  await mine().unregister(instance)
  expect(await theirs().get(job.id)).toMatchObject({ state: 'queued', attempt: 0 })
})

test('a claim whose answer was lost is made again: what it was handed meanwhile is not heard of twice', async () => {
  await using proxy = await FaultProxy.start(server.url)
  const cut = redisStore(proxy.url, { prefix })
  const heard = await hear(cut)
  const instance = await register(cut)
  await exchange(cut, instance, { claim: null })
  const [asked, over] = [request(), { claim: claimOf() }]
  await loseReply(proxy, () => exchange(cut, instance, over, asked))
  const job = newJob()
  await theirs().enqueue(request(), [job])
  await vi.waitFor(() => expect(heard.map(({ id }) => id)).toEqual([job.id]))
  await exchange(cut, instance, over, asked)
  const { claimed } = await exchange(cut, instance)
  expect([claimed, heard.length]).toEqual([[], 1])
  await cut.close()
})

test('what was lost on the way comes also where the answer that brought it was lost', async () => {
  await using proxy = await FaultProxy.start(server.url)
  const cut = redisStore(proxy.url, { prefix })
  const instance = await register(cut)
  await exchange(cut, instance)
  const job = await lostOnTheWay()
  const heard = await hear(cut)
  const [asked, over] = [request(), { claim: claimOf() }]
  await loseReply(proxy, () => exchange(cut, instance, over, asked))
  expect(heard).toEqual([])
  await exchange(cut, instance, over, asked)
  expect(heard.map(({ id }) => id)).toEqual([job.id])
  await cut.close()
})

test('what a worker is handed as it leaves goes back, and costs nothing', async () => {
  for (let n = 0; n < 20; n++) {
    await hear(mine())
    const instance = await register(mine())
    await exchange(mine(), instance)
    const job = newJob()
    await Promise.all([mine().unregister(instance), theirs().enqueue(request(), [job])])
    expect(await theirs().get(job.id)).toMatchObject({ state: 'queued', attempt: 0 })
    await theirs().remove([job.id])
  }
})

test('a job handed over by a user who may not publish to its worker comes with the next claim', async () => {
  await admin.acl('SETUSER', 'quiet', 'on', '>secret', '~*', '+@all', 'resetchannels', `&{${prefix}}:signals`)
  const url = new URL(server.url)
  url.username = 'quiet'
  url.password = 'secret'
  const quiet = redisStore(url.href, { prefix })
  const heard = await hear(mine())
  const instance = await register(mine())
  await exchange(mine(), instance)
  const job = newJob()
  await quiet.enqueue(request(), [job])
  expect(await mine().get(job.id)).toMatchObject({ state: 'running', worker: instance })
  expect(heard).toEqual([])
  await exchange(mine(), instance)
  expect(heard.map(({ id }) => id)).toEqual([job.id])
  await quiet.close()
})

test('of workers that have no room, left or were expelled nothing is kept', async () => {
  const begin = vi.spyOn(Waits.prototype, 'begin')
  const [busy, left, expelled] = [await register(mine()), await register(mine()), await register(mine())]
  await theirs().enqueue(request(), [newJob(), newJob()])
  for (const instance of [busy, left, expelled]) await exchange(mine(), instance)
  const waits = begin.mock.contexts[0] as Waits
  begin.mockRestore()
  expect(waits.size).toBe(2)
  await mine().unregister(left)
  expect(waits.size).toBe(1)
  await theirs().unregister(expelled)
  expect(await mine().extend(expelled, [])).toMatchObject({ registered: false })
  expect(waits.size).toBe(0)
})

test('all are woken for a job of the past that comes with one that is handed over', async () => {
  const woken: Signal[] = []
  await theirs().subscribe((signal) => signal.kind === 'wake' && woken.push(signal))
  const heard = await hear(mine())
  await exchange(mine(), await register(mine()), { claim: claimOf({ start: 1 }) })
  const past = newJob({ due: { at: Date.now() - 1_000 } })
  await mine().enqueue(request(), [newJob(), past])
  await vi.waitFor(() => expect([heard.length, woken.length]).toEqual([1, 1]))
})

test('a worker that hears nothing is handed nothing, nor one that has left, nor of a queue that is paused', async () => {
  const deaf = await register(theirs())
  await exchange(theirs(), deaf)
  const heard = await hear(mine())
  const gone = await register(mine())
  await exchange(mine(), gone)
  await mine().unregister(gone)
  const jobs = [newJob(), newJob()]
  await mine().enqueue(request(), jobs.slice(0, 1))
  const paused = await register(mine())
  await mine().pause('default')
  await exchange(mine(), paused)
  await theirs().enqueue(request(), jobs.slice(1))
  for (const { id } of jobs) expect(await mine().get(id)).toMatchObject({ state: 'queued', attempt: 0 })
  expect(heard).toEqual([])
})

test('only a plain job of a lane that the worker has is handed over', async () => {
  const heard = await hear(mine())
  await exchange(mine(), await register(mine()))
  const unique = { key: 'k', while: 'queued', window: null, onConflict: 'return' } as const
  const jobs = [
    newJob({ lane: 'other', task: 'other' }),
    newJob({ locks: [{ key: 'l', slots: 1 }] }),
    newJob({ unique }),
  ]
  for (const job of jobs) await theirs().enqueue(request(), [job])
  for (const { id } of jobs) expect(await mine().get(id)).toMatchObject({ state: 'queued', attempt: 0 })
  expect(heard).toEqual([])
})
