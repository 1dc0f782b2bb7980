import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  type Exchange,
  type Locks,
  memoryStore,
  type NewJob,
  type RequestId,
  type Schedules,
  type Store,
} from '@jobs-worker/core/store'
import fc from 'fast-check'
import { describe, test } from 'vitest'
import { modelTest } from '../src/model'
import { runSequence } from '../src/model/run'
import type { EndPlan, ExchangeStep, JobPlan, Step } from '../src/model/step'
import type { StoreUnderTest } from '../src/options'

const CAPABILITIES = { processes: 'one', durable: false, transactions: false, locks: true } as const

const under = (create: () => Store): StoreUnderTest => ({ name: 'memory', capabilities: CAPABILITIES, create })

const runner = {
  describe,
  test: (name: string, body: () => Promise<void>, timeout: number) => test(name, body, timeout),
}

modelTest({ runner, store: under(() => memoryStore()), runs: 200, timeout: 20_000 })

/** What the model test of this store comes to. */
async function outcome(create: () => Store): Promise<Error | null> {
  const bodies: (() => Promise<void>)[] = []
  const collect = {
    describe: (_: string, body: () => void) => body(),
    test: (_: string, body: () => Promise<void>) => void bodies.push(body),
  }
  modelTest({ runner: collect, store: under(create), runs: 3_000, timeout: 60_000 })
  try {
    for (const body of bodies) await body()
    return null
  } catch (error) {
    assert.ok(error instanceof Error)
    return error
  }
}

/** A store that does some calls in its own way. */
function faulty(fault: (store: Store) => Partial<Store>): () => Store {
  return () => {
    const store = memoryStore()
    const own = fault(store)
    return new Proxy<Store>(store, {
      get: (_, name: keyof Store) => {
        const value = own[name] ?? store[name]
        return typeof value === 'function' ? value.bind(store) : value
      },
    })
  }
}

const exchanging = (change: (exchange: Exchange) => Exchange) => (store: Store) => ({
  exchange: (request: RequestId, exchange: Exchange) => store.exchange(request, change(exchange)),
})

const enqueuing = (change: (jobs: readonly NewJob[]) => readonly NewJob[]) => (store: Store) => ({
  enqueue: (request: RequestId, jobs: readonly NewJob[]) => store.enqueue(request, change(jobs)),
})

/** A store with schedules that do some calls in their own way. */
const scheduling = (fault: (schedules: Schedules) => Partial<Schedules>) => (store: Store) => {
  const own = fault(store.schedules)
  return {
    schedules: new Proxy<Schedules>(store.schedules, {
      get: (schedules, name: keyof Schedules) => (own[name] ?? schedules[name]).bind(schedules),
    }),
  }
}

/** Its methods, each with its own object. */
function asLocks({ locks }: Store): Locks {
  assert.ok(locks)
  return {
    acquire: (acquisition) => locks.acquire(acquisition),
    release: (acquisition, keys) => locks.release(acquisition, keys),
    extend: (acquisition, ttl) => locks.extend(acquisition, ttl),
    list: (filter) => locks.list(filter),
    seize: (keys) => locks.seize(keys),
  }
}

let next = 1_000_000

const FAULTS: Readonly<Record<string, (store: Store) => Partial<Store>>> = {
  'joins in another order': enqueuing((jobs) => [...jobs].sort((a, b) => a.task.localeCompare(b.task))),
  'forgets the limit of attempts': enqueuing((jobs) => jobs.map((job) => ({ ...job, maxAttempts: null }))),
  'keeps keys while they are alive only': enqueuing((jobs) =>
    jobs.map((job) => (job.unique ? { ...job, unique: { ...job.unique, while: 'alive' } } : job)),
  ),
  'does repeated requests again': (store) => ({
    enqueue: ({ client }, jobs) => store.enqueue({ client, number: next++ }, jobs),
    exchange: ({ client }, exchange) => store.exchange({ client, number: next++ }, exchange),
  }),
  'claims what it was not asked for': exchanging((exchange) => ({
    ...exchange,
    claim: exchange.claim && { ...exchange.claim, lanes: ['task-0', 'task-1', 'task-2'] },
  })),
  'starts what is to be reserved': exchanging((exchange) => ({
    ...exchange,
    claim: exchange.claim && { ...exchange.claim, start: exchange.claim.start + exchange.claim.reserve, reserve: 0 },
  })),
  'postpones where it should retry': exchanging((exchange) => ({
    ...exchange,
    settle: exchange.settle.map((end) => (end.kind === 'retry' ? { ...end, kind: 'postpone' } : end)),
  })),
  'runs late what it should run later': exchanging((exchange) => ({
    ...exchange,
    settle: exchange.settle.map((end) => ('delay' in end ? { ...end, delay: end.delay * 2 } : end)),
  })),
  'leaves dead workers in peace': () => ({ recover: async () => ({ count: 0, more: false }) }),
  'keeps locks for itself': enqueuing((jobs) => jobs.map((job) => ({ ...job, locks: job.locks.slice(1) }))),
  'gives locks to everybody': (store) => ({
    locks: {
      ...asLocks(store),
      acquire: (acquisition) => asLocks(store).acquire({ ...acquisition, keys: [acquisition.id] }),
    },
  }),
  'lets no turn pass on': (store) => ({ recover: (options) => store.recover({ ...options, turn: 60_000 }) }),
  'does not pause': () => ({ pause: async () => {} }),
  'expels workers that live': (store) => ({
    register: (worker, evict) => store.register(worker, evict && { ...evict, beatAge: 0 }),
  }),
  'fires what is stale': scheduling((schedules) => ({
    fire: async (firings) => {
      const fresh = firings.map(async (firing) => {
        const found = await schedules.get(firing.name)
        return found === null ? firing : { ...firing, revision: found.revision, nextRunAt: found.nextRunAt as number }
      })
      return schedules.fire(await Promise.all(fresh))
    },
  })),
  'forgets a schedule’s time when it is registered again': scheduling((schedules) => ({
    upsert: async (schedule) => {
      await schedules.upsert({ ...schedule, timing: '' })
      return schedules.upsert(schedule)
    },
  })),
  'says that it cancelled': () => ({ cancel: async (ids) => ids.map(() => 'done') }),
}

describe('the model test fails on a store that', () => {
  for (const [name, fault] of Object.entries(FAULTS)) {
    test(name, async () => {
      const error = await outcome(faulty(fault))
      assert.match(error?.message ?? 'it passed', /the shortest sequence found \(seed -?\d+, .*\n {2}1\. \{/)
    }, 90_000)
  }
})

/** Of one request, due a while apart, the last one first: as where each queue is on a node of its own. */
const oneByOne = faulty((store) => ({
  enqueue: async ({ client }, jobs) => {
    const replies = []
    for (const job of [...jobs].reverse()) {
      replies.push(await store.enqueue({ client, number: next++ }, [job]))
      await sleep(5)
    }
    return { jobs: replies.reverse().flatMap((reply) => reply.jobs), watched: false }
  },
}))

const job: JobPlan = {
  ...{ queue: 0, task: 0, priority: 10, due: 'now', unique: null, maxAttempts: 3, keep: 'none', large: false },
  locks: [0],
}

const claiming = (queue: number): ExchangeStep => ({
  ...{ do: 'exchange', worker: 0, settle: [], start: [], report: [] },
  claim: {
    ...{ queues: [{ queue, limit: 1 }], lanes: [0], start: 1, reserve: 0, reserveLocked: 0, small: false },
  },
})

const released: EndPlan = {
  ...{ from: 'held', back: 0, fill: null, fillLocks: [], kind: 'release', later: false, ran: false, keep: true },
  ...{ progress: false, next: null },
}

test('the model test says nothing where jobs of two queues, enqueued at once, are due in another order', async () => {
  const sequence: Step[] = [
    { do: 'enqueue', jobs: [{ ...job, queue: 1 }, job] },
    claiming(1),
    claiming(0),
    { ...claiming(0), settle: [released] },
  ]
  const nothing = (error: unknown) => fc.PreconditionFailure.isFailure(error)
  await assert.rejects(runSequence(oneByOne(), sequence), nothing)
})
