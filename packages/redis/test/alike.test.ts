import { randomUUID } from 'node:crypto'
import type { Claim, ClaimedJob, Exchange, Outcome, Store } from '@jobs-worker/core/store'
import { newJob } from '@jobs-worker/store-conformance'
import { startRedis, type TestServer } from '@jobs-worker/test-servers'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { redisStore } from '../src'

const KEEP = 60_000
const client = randomUUID()
let server: TestServer
let store: Store
let instance: string
let number = 0
const request = () => ({ client, number: ++number })

beforeAll(async () => {
  server = await startRedis()
})

afterAll(() => server.close())

beforeEach(async () => {
  await store?.close()
  store = redisStore(server.url, { prefix: `alike-${++number}` })
  instance = randomUUID()
  const [queues, lanes] = [['default'], ['task']]
  await store.register({ id: 'W', instance, host: 'here', pid: 1, queues, lanes, leaseMs: KEEP })
  return () => store.close()
})

const claimOf = (start: number, reserve: number): Claim => {
  const queues = [{ name: 'default', limit: start + reserve }]
  return { id: randomUUID(), queues, lanes: ['task'], start, reserve, maxBytes: 1e9 }
}

const exchange = (over: Partial<Exchange>, asked = request()) =>
  store.exchange(asked, { instance, settle: [], start: [], report: [], claim: null, ...over })

const complete = ({ id, run, claim }: ClaimedJob, over: { result?: string; keep?: number; claim?: string } = {}) =>
  ({ id, run, claim, kind: 'complete', ranFor: 1, result: null, keep: KEEP, ...over }) satisfies Outcome

test('outcomes that are alike are taken or refused one by one, and a repeated request gets the first answer', async () => {
  await store.enqueue(
    request(),
    [0, 1, 2, 3, 4, 5].map((n) => newJob({ input: `${n}`, headers: n === 3 ? { trace: 'a' } : null })),
  )
  const { claimed } = await exchange({ claim: claimOf(2, 4) })
  const [a, b, c, special, e, f] = claimed as [ClaimedJob, ClaimedJob, ClaimedJob, ClaimedJob, ClaimedJob, ClaimedJob]
  expect(claimed.map(({ input, state, reserved }) => [input, state, reserved])).toEqual([
    ...['0', '1'].map((input) => [input, 'running', false]),
    ...['2', '3', '4', '5'].map((input) => [input, 'queued', true]),
  ])
  const settle = [
    complete(a),
    complete(a),
    complete(b, { result: '"b"' }),
    complete(c, { result: '"c"' }),
    complete(special),
    complete(e, { claim: randomUUID() }),
    complete(f, { keep: 0 }),
  ]
  const asked = request()
  const { settled } = await exchange({ settle }, asked)
  expect(settled).toEqual([true, false, true, true, true, false, true])
  expect((await exchange({ settle }, asked)).settled).toEqual(settled)
  const left = await Promise.all(claimed.map(({ id }) => store.get(id)))
  expect(left.map((job) => job && [job.state, job.result, job.attempt, job.worker])).toEqual([
    ['completed', null, 1, null],
    ['completed', '"b"', 1, null],
    ['completed', '"c"', 1, null],
    ['completed', null, 1, null],
    ['queued', null, 0, null],
    null,
  ])
})

test('jobs that are alike and others keep their order, and each its own answer', async () => {
  const unique = { key: 'k', while: 'alive', window: null, onConflict: 'return' } as const
  const jobs = [
    newJob({ input: '0' }),
    newJob({ input: '1' }),
    newJob({ input: '2', unique }),
    newJob({ input: '3', unique }),
    newJob({ input: '4', priority: 1 }),
    newJob({ input: '5' }),
    newJob({ input: null }),
    newJob({ input: '"ä\\u0000"' }),
  ]
  const first = await store.enqueue(request(), jobs.slice(0, 1))
  expect(first.jobs[0]).toMatchObject({ outcome: 'created' })
  const { jobs: answers } = await store.enqueue(request(), jobs)
  expect(answers.map(({ outcome }) => outcome)).toEqual([
    'existing',
    ...['created', 'created', 'existing'],
    ...['created', 'created', 'created', 'created'],
  ])
  expect(answers[3]?.id).toBe(jobs[2]?.id)
  const { claimed } = await exchange({ claim: claimOf(10, 0) })
  expect(claimed.map(({ input }) => input)).toEqual(['4', '0', '1', '2', '5', null, '"ä\\u0000"'])
})

test('what was given back stands at its place again, and is claimed with the next run', async () => {
  await store.enqueue(
    request(),
    ['0', '1', '2'].map((input) => newJob({ input })),
  )
  const { claimed } = await exchange({ claim: claimOf(0, 3) })
  const [first, second] = claimed as [ClaimedJob, ClaimedJob]
  const settle = [second, first].map(
    ({ id, run, claim }) => ({ id, run, claim, kind: 'release', ranFor: null }) as const,
  )
  const again = await exchange({ settle, claim: claimOf(0, 3) })
  expect(again.claimed.map(({ input, run, attempt }) => [input, run, attempt])).toEqual([
    ['0', 2, 0],
    ['1', 2, 0],
  ])
  expect((await exchange({ settle: [complete(first)] })).settled).toEqual([false])
  expect((await exchange({ settle: again.claimed.map((job) => complete(job)) })).settled).toEqual([true, true])
})
