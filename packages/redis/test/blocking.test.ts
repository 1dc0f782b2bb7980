import { randomUUID } from 'node:crypto'
import type { ClaimedJob, Exchange, Outcome, Store } from '@jobs-worker/core/store'
import { startRedis, type TestServer } from '@jobs-worker/test-servers'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { redisStore } from '../src'
import { newJobs } from './jobs'

const MANY = 1_000
const BACKLOG = 20_000
/** No script may keep others waiting for longer, in microseconds. */
const LONGEST = 10_000
/** A busy machine stops the server in the middle of a script: the best of so many tries tells what the script takes. */
const TRIES = 10
const INPUT = JSON.stringify('x'.repeat(141))
const KEEP = { completed: 60_000, failed: 60_000, cancelled: 60_000 }
const DUE_SOON = { delay: 1 }

let server: TestServer
let admin: Redis
let store: Store
const instance = randomUUID()
const client = randomUUID()
let number = 0
const request = () => ({ client, number: ++number })

beforeAll(async () => {
  server = await startRedis({ settings: { 'slowlog-log-slower-than': '0', 'slowlog-max-len': '1000' } })
  admin = new Redis(server.url)
  store = redisStore(server.url)
  await store.register({
    id: 'W',
    instance,
    host: 'here',
    pid: 1,
    queues: ['default'],
    lanes: ['task'],
    leaseMs: 600_000,
  })
  for (let n = 0; n < BACKLOG; n += MANY) await enqueue()
})

afterAll(async () => {
  await store?.close()
  admin?.disconnect()
  await server?.close()
})

async function enqueue(): Promise<string[]> {
  const jobs = newJobs(MANY, { input: INPUT })
  await store.enqueue(request(), jobs)
  return jobs.map(({ id }) => id)
}

async function schedule(delay: number): Promise<string[]> {
  const jobs = newJobs(MANY, { input: INPUT, due: { delay } })
  await store.enqueue(request(), jobs)
  return jobs.map(({ id }) => id)
}

function exchange(over: Partial<Exchange>) {
  return store.exchange(request(), { instance, settle: [], start: [], report: [], claim: null, ...over })
}

async function claim(start: number, reserve: number): Promise<readonly ClaimedJob[]> {
  const queues = [{ name: 'default', limit: start + reserve }]
  const wanted = { id: randomUUID(), queues, lanes: ['task'], start, reserve, maxBytes: 1e9 }
  const { claimed } = await exchange({ claim: wanted })
  expect(claimed).toHaveLength(start + reserve)
  return claimed
}

const ended = (jobs: readonly ClaimedJob[], keep: number): Outcome[] =>
  jobs.map(({ id, run, claim }) => ({ id, run, claim, kind: 'complete', ranFor: 1, result: '1', keep }))

/** What each operation is done with, and what is measured of it. */
const OPERATIONS: Record<string, () => Promise<() => Promise<unknown>>> = {
  enqueue: async () => () => enqueue(),
  'enqueue, scheduled': async () => () => schedule(3_600_000),
  'claim, reserved': async () => () => claim(0, MANY),
  'claim, started': async () => () => claim(MANY, 0),
  'settle and claim': async () => {
    const jobs = await claim(0, MANY)
    const wanted = {
      id: randomUUID(),
      queues: [{ name: 'default', limit: MANY }],
      lanes: ['task'],
      start: 0,
      reserve: MANY,
      maxBytes: 1e9,
    }
    return () => exchange({ settle: ended(jobs, 60_000), claim: wanted })
  },
  'settle, kept nowhere': async () => {
    const jobs = await claim(0, MANY)
    return () => exchange({ settle: ended(jobs, 0) })
  },
  start: async () => {
    const jobs = await claim(0, MANY)
    return () => exchange({ start: jobs.map(({ id, run, claim }) => ({ id, run, claim, ago: 0 })) })
  },
  extend: async () => {
    const jobs = await claim(MANY, 0)
    return () => store.extend(instance, jobs)
  },
  cancel: async () => {
    const ids = await enqueue()
    return () => store.cancel(ids, KEEP)
  },
  retry: async () => {
    const ids = await enqueue()
    await store.cancel(ids, KEEP)
    return () => store.retry(ids)
  },
  makeDue: async () => {
    const ids = await schedule(3_600_000)
    return () => store.makeDue(ids)
  },
  remove: async () => {
    const ids = await enqueue()
    return () => store.remove(ids)
  },
  promote: async () => {
    await schedule(DUE_SOON.delay)
    await new Promise((resolve) => setTimeout(resolve, 20))
    return () => store.promote(MANY)
  },
  prune: async () => {
    const ids = await enqueue()
    await store.cancel(ids, { ...KEEP, cancelled: 1 })
    await new Promise((resolve) => setTimeout(resolve, 20))
    return async () => expect(await store.prune(MANY)).toMatchObject({ count: MANY })
  },
  recover: async () => {
    const dead = randomUUID()
    const worker = {
      id: `D${number}`,
      instance: dead,
      host: 'here',
      pid: 1,
      queues: ['default'],
      lanes: ['task'],
      leaseMs: 1,
    }
    await store.register({ ...worker, leaseMs: 60_000 })
    const wanted = {
      id: randomUUID(),
      queues: [{ name: 'default', limit: MANY }],
      lanes: ['task'],
      start: MANY,
      reserve: 0,
      maxBytes: 1e9,
    }
    const { claimed } = await exchange({ instance: dead, claim: wanted })
    expect(claimed).toHaveLength(MANY)
    await store.unregister(dead)
    const error = { name: 'E', message: 'm', stack: null, code: null, cause: null, attempt: 1, time: 0 }
    return async () => expect(await store.recover({ limit: MANY, error, keep: KEEP })).toMatchObject({ count: MANY })
  },
  list: async () => () => store.list({ limit: MANY }),
  'list of a task that has none': async () => () => store.list({ limit: MANY, task: 'other' }),
  queues: async () => () => store.queues(),
  unserved: async () => () => store.unserved(['default']),
}

async function longestScript(operation: () => Promise<() => Promise<unknown>>): Promise<number> {
  const act = await operation()
  await admin.call('SLOWLOG', 'RESET')
  await act()
  const entries = (await admin.call('SLOWLOG', 'GET', '-1')) as [number, number, number, string[]][]
  const times = entries.filter(([, , , [name = '']]) => /^eval/i.test(name)).map(([, , time]) => time)
  expect(times).not.toEqual([])
  return Math.max(...times)
}

test.each(Object.keys(OPERATIONS))(
  '%s of a thousand jobs holds Redis for less than 10 ms at a time',
  { timeout: 60_000 },
  async (name) => {
    const operation = OPERATIONS[name] as (typeof OPERATIONS)[string]
    let best = Number.POSITIVE_INFINITY
    for (let n = 0; n < TRIES && best >= LONGEST; n++) best = Math.min(best, await longestScript(operation))
    expect(best).toBeLessThan(LONGEST)
  },
)
