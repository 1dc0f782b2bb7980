import { randomUUID } from 'node:crypto'
import {
  type ClaimedJob,
  type Exchange,
  type NewJob,
  ownerOfRun,
  type RecoverOptions,
  type Store,
} from '@jobs-worker/core/store'
import { newJob } from '@jobs-worker/store-conformance'
import { expect, test } from 'vitest'
import { redisStore } from '../src'
import { Dying, type When } from './dying'
import { drop, keysOf } from './harness'
import { describeCluster, type OnCluster } from './on-cluster'

const HOUR = 3_600_000
const QUEUES = ['one', 'two']
const RECOVER: RecoverOptions = {
  limit: 1_000,
  error: { name: 'LeaseExpiredError', message: 'gone', stack: null, code: null, cause: null, attempt: 0, time: 0 },
  keep: { failed: HOUR, cancelled: HOUR },
  // No turn waits, and all that the locks know is compared with the queues.
  turn: 0,
}

const needs = (queue: string, ...keys: string[]): NewJob =>
  newJob({ queue, locks: keys.map((key) => ({ key, slots: 1 })) })

const complete = ({ id, run, claim }: ClaimedJob) =>
  ({ id, run, claim, kind: 'complete', ranFor: 1, result: null, keep: HOUR }) as const

/** A worker at the port. */
class Hand {
  readonly instance = randomUUID()
  readonly running: ClaimedJob[] = []
  #number = 0

  constructor(readonly store: Store) {}

  async register(leaseMs: number): Promise<void> {
    const info = { id: this.instance, instance: this.instance, host: 'host', pid: 1, queues: QUEUES, lanes: ['task'] }
    await this.store.register({ ...info, leaseMs })
  }

  async exchange(settle: Exchange['settle'], start: number, reserve = 0): Promise<void> {
    const queues = QUEUES.map((name) => ({ name, limit: start + reserve }))
    const claim = { id: randomUUID(), queues, lanes: ['task'], start, reserve, maxBytes: 1 << 20 }
    const request = { client: this.instance, number: ++this.#number }
    const exchange = { instance: this.instance, settle, start: [], report: [], claim }
    const { claimed } = await this.store.exchange(request, exchange)
    const ended = new Set(settle.map(({ id }) => id))
    const left = this.running.filter(({ id }) => !ended.has(id))
    this.running.splice(0, this.running.length, ...left, ...claimed)
  }
}

interface Scene {
  /** Lives on. */
  readonly store: Store
  /** Belongs to the process that dies. */
  readonly dying: Hand
}

/** What a process does when it dies; what came before is done by then. */
interface Act {
  prepare?(scene: Scene): Promise<void>
  act(scene: Scene): Promise<unknown>
  /** How often each job may run. @default 3 */
  readonly attempts?: number
  /** It takes jobs away. */
  readonly removes?: true
  /** It has so many scripts to die at, or more. */
  readonly scripts: number
}

const ACTS: Readonly<Record<string, Act>> = {
  'a claim of jobs that may run, and of others that may not': {
    act: ({ dying }) => dying.exchange([], 9),
    scripts: 6,
  },
  'a claim of jobs whose turn has come': {
    async prepare({ dying }) {
      await dying.exchange([], 9)
      await dying.exchange(dying.running.map(complete), 0)
    },
    act: ({ dying }) => dying.exchange([], 9),
    scripts: 5,
  },
  'the end of runs, and the turns that it brings': {
    prepare: ({ dying }) => dying.exchange([], 9),
    act: ({ dying }) => dying.exchange(dying.running.map(complete), 0),
    scripts: 4,
  },
  'runs that go back to their places, and the next claim': {
    prepare: ({ dying }) => dying.exchange([], 9),
    act({ dying }) {
      const back = dying.running.map(
        ({ id, run, claim }) => ({ id, run, claim, kind: 'release', ranFor: null }) as const,
      )
      return dying.exchange(back, 9)
    },
    scripts: 6,
  },
  'the recovery of what a dead worker held': {
    async prepare({ store }) {
      const dead = new Hand(store)
      await dead.register(60_000)
      await dead.exchange([], 9)
      await store.unregister(dead.instance)
    },
    act: ({ dying }) => dying.store.recover(RECOVER),
    scripts: 6,
  },
  'the same, of jobs that have no attempt left': {
    attempts: 1,
    async prepare({ store }) {
      const dead = new Hand(store)
      await dead.register(60_000)
      await dead.exchange([], 9)
      await store.unregister(dead.instance)
    },
    act: ({ dying }) => dying.store.recover(RECOVER),
    scripts: 6,
  },
  'more locks for a run': {
    prepare: ({ dying }) => dying.exchange([], 9),
    async act({ dying }) {
      for (const [n, { id, run, claim }] of dying.running.entries()) {
        const acquisition = { id: randomUUID(), keys: [`more-${n}`], holder: { run: { id, run, claim } } }
        expect(await dying.store.locks?.acquire(acquisition)).toMatchObject({ outcome: 'acquired' })
      }
    },
    scripts: 6,
  },
  'more locks for a run, which another holds': {
    prepare: ({ dying }) => dying.exchange([], 9),
    async act({ dying }) {
      const free = dying.running.find(({ locks }) => locks.length === 0) as ClaimedJob
      const { id, run, claim } = free
      const acquisition = { id: randomUUID(), keys: ['a', 'more'], holder: { run: { id, run, claim } } }
      expect(await dying.store.locks?.acquire(acquisition)).toEqual({ outcome: 'held' })
    },
    scripts: 3,
  },
  'the removal of jobs that wait': {
    prepare: ({ dying }) => dying.exchange([], 9),
    async act({ store, dying }) {
      const { jobs } = await store.list({ states: ['blocked'], limit: 9 })
      await dying.store.remove(jobs.map(({ id }) => id))
    },
    removes: true,
    scripts: 3,
  },
}

describeCluster('locks of a cluster: whoever is cut off between two steps', (on) => {
  for (const [what, act] of Object.entries(ACTS)) {
    for (const when of ['before', 'after'] as const) {
      test(`${what}: ${when} each script of it`, { timeout: 120_000 }, async () => {
        let n = 1
        while (await diesAt(on, act, n, when)) n++
        expect(n - 1).toBeGreaterThanOrEqual(act.scripts)
      })
    }
  }
})

describeCluster('locks of a cluster', (on) => {
  test('jobs whose lines were lost, as in a failover, are queued again and keep their places', async () => {
    const prefix = `t_${randomUUID().slice(0, 8)}`
    const store = redisStore(on.client, { prefix })
    const hand = new Hand(store)
    await hand.register(60_000)
    const jobs = [needs('one', 'a'), needs('one', 'a'), needs('one', 'a', 'b')]
    await store.enqueue({ client: randomUUID(), number: 1 }, jobs)
    await hand.exchange([], 9)
    expect((await store.list({ states: ['blocked'], limit: 9 })).jobs).toHaveLength(2)
    await on.servers.onEach(async (master) => {
      const lines = (await keysOf(master, prefix)).filter((key) => /:lock:(line:|waits|places)/.test(key))
      for (const key of lines) await master.unlink(key)
    })
    const order: string[] = []
    while (order.length < jobs.length) {
      await store.recover({ ...RECOVER, turn: HOUR })
      order.push(...hand.running.map(({ id }) => id))
      await hand.exchange(hand.running.map(complete), 9)
    }
    expect(order).toEqual(jobs.map(({ id }) => id))
    await store.close()
  })

  test("a reserved run that asks several times at once is its worker's to cancel where one of them had locks", async () => {
    const store = redisStore(on.client, { prefix: `t_${randomUUID().slice(0, 8)}` })
    const hand = new Hand(store)
    await hand.register(60_000)
    const jobs = Array.from({ length: 50 }, () => newJob({ queue: 'one' }))
    await store.enqueue({ client: randomUUID(), number: 1 }, jobs)
    await hand.exchange([], 0, jobs.length)
    await store.locks?.acquire({ id: randomUUID(), keys: ['taken'], holder: { owner: 'other', ttl: HOUR } })
    const ask = ({ id, run, claim }: ClaimedJob, ...keys: string[]) =>
      store.locks?.acquire({ id: randomUUID(), keys, holder: { run: { id, run, claim } } })
    const asked = hand.running.map(async (job, n) => {
      const replies = await Promise.all([
        ask(job, 'taken'),
        ask(job, `free-${n}`),
        ask(job, 'taken'),
        ask(job, 'taken'),
      ])
      expect(replies.map((reply) => reply?.outcome)).toEqual(['held', 'acquired', 'held', 'held'])
    })
    await Promise.all(asked)
    const verdicts = await store.cancel(
      jobs.map(({ id }) => id),
      { completed: HOUR, failed: HOUR, cancelled: HOUR },
    )
    expect(verdicts).toEqual(jobs.map(() => 'requested'))
    await store.close()
  })
})

/** @returns false where it had done all before its n-th script */
async function diesAt(on: OnCluster, scenario: Act, n: number, when: When): Promise<boolean> {
  const { prepare, act, attempts = 3, removes } = scenario
  const prefix = `t_${randomUUID().slice(0, 8)}`
  const death = new Dying(on.client)
  const [store, dyingStore] = [redisStore(on.client, { prefix }), redisStore(death.client, { prefix })]
  await Promise.all([store.open(), dyingStore.open()])
  const dying = new Hand(dyingStore)
  await dying.register(200)
  const jobs = [
    needs('one', 'a'),
    needs('two', 'a', 'b'),
    needs('one', 'b'),
    newJob({ queue: 'one' }),
    needs('one', 'c', 'b', 'a'),
    needs('two', 'c'),
  ]
  const sent = jobs.map((job) => ({ ...job, maxAttempts: attempts }))
  await store.enqueue({ client: randomUUID(), number: 1 }, sent)
  const scene = { store, dying }
  await prepare?.(scene)
  death.arm(n, when)
  await Promise.resolve(act(scene)).catch((error) => {
    if (!death.dead) throw error
  })
  // Whatever is left of them, and none twice.
  const { jobs: there } = await store.list({ limit: 100 })
  if (!removes) expect(there.length).toBe(jobs.length)
  await finish(store, there.length, `dead ${when} script ${n}`)
  expect(await leftBehind(on, prefix)).toEqual([])
  await Promise.all([store.close(), dyingStore.close()])
  await on.servers.onEach((master) => drop(master, prefix))
  return death.dead
}

/** Others run all that is left; no two of them at once for one key, and each run holds what it needs. */
async function finish(store: Store, count: number, told: string): Promise<void> {
  const hand = new Hand(store)
  await hand.register(60_000)
  const end = Date.now() + 20_000
  for (;;) {
    await store.recover(RECOVER)
    await hand.exchange(hand.running.slice(0, 1).map(complete), 2)
    const held = new Map((await store.locks?.list({ limit: 100 }))?.map(({ key, owner }) => [key, owner]))
    const needed = hand.running.flatMap((job) => job.locks.map(({ key }) => [key, ownerOfRun(job)] as const))
    expect(new Set(needed.map(([key]) => key)).size, told).toBe(needed.length)
    for (const [key, owner] of needed) expect(held.get(key), told).toBe(owner)
    const open = await store.list({ states: ['queued', 'blocked', 'running', 'scheduled'], limit: 9 })
    if (open.jobs.length === 0) break
    if (Date.now() > end) throw new Error(`${told}: ${open.jobs.map(({ state }) => state)} are left`)
  }
  const ended = await store.list({ limit: 100 })
  for (const { state, maxAttempts } of ended.jobs) expect([state, maxAttempts], told).not.toEqual(['failed', 3])
  expect(ended.jobs.length, told).toBe(count)
  // What the run of a dead worker held is compared with its queue.
  await store.recover(RECOVER)
}

/** Keys of locks and lines that are not empty; the two numbers that only grow stay. */
async function leftBehind(on: OnCluster, prefix: string): Promise<string[]> {
  const keys = (await on.servers.onEach((master) => keysOf(master, prefix))).flat()
  return keys.filter((key) => /:lock:(?!fence$|joined$)/.test(key))
}
