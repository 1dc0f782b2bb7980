import { describe, expect, test } from 'vitest'
import type { Claim, Exchange, NewJob, Outcome, Signal, WorkerInfo } from '../port'
import { memoryStore } from './store'

const CLIENT = 'client-1'
let number = 0
const request = () => ({ client: CLIENT, number: ++number })

const job = (id: string, more: Partial<NewJob> = {}): NewJob => ({
  id,
  task: 'task',
  queue: 'default',
  lane: more.task ?? 'task',
  priority: 10,
  input: null,
  headers: null,
  due: { delay: 0 },
  maxAttempts: 3,
  keep: null,
  settings: null,
  unique: null,
  locks: [],
  schedule: null,
  ...more,
})

const worker: WorkerInfo = {
  id: 'W',
  instance: 'W-1',
  host: 'host',
  pid: 1,
  queues: ['default'],
  lanes: ['task'],
  leaseMs: 1_000,
}

const claim = (more: Partial<Claim> = {}): Claim => ({
  id: `claim-${++number}`,
  queues: [{ name: 'default', limit: 100 }],
  lanes: ['task'],
  start: 100,
  reserve: 0,
  maxBytes: 1_000_000,
  ...more,
})

const exchange = (more: Partial<Exchange> = {}): Exchange => ({
  instance: worker.instance,
  settle: [],
  start: [],
  report: [],
  claim: null,
  ...more,
})

async function opened() {
  const clock = { now: 1_000 }
  const store = memoryStore({ now: () => clock.now })
  await store.open()
  await store.register(worker)
  const enqueue = (...jobs: NewJob[]) => store.enqueue(request(), jobs)
  const take = async (more: Partial<Claim> = {}) => {
    const reply = await store.exchange(request(), exchange({ claim: claim(more) }))
    return reply.claimed
  }
  const settle = async (...outcomes: Outcome[]) => {
    const reply = await store.exchange(request(), exchange({ settle: outcomes }))
    return reply.settled
  }
  return { clock, store, enqueue, take, settle }
}

const ids = (jobs: readonly { id: string }[]) => jobs.map(({ id }) => id)

describe('the in-memory store', () => {
  test('claims by priority, then by the order of becoming due, over lanes', async () => {
    const { enqueue, take } = await opened()
    await enqueue(
      job('a'),
      job('b', { task: 'other' }),
      job('c', { priority: 1 }),
      job('d', { task: 'third' }),
      job('e'),
    )
    expect(ids(await take({ lanes: ['task', 'other'] }))).toEqual(['c', 'a', 'b', 'e'])
  })

  test('is as fast at a hundred thousand jobs as at ten', async () => {
    const { enqueue, take } = await opened()
    await enqueue(...Array.from({ length: 100_000 }, (_, i) => job(`job-${i}`, { priority: i % 7 })))
    const began = performance.now()
    for (let i = 0; i < 500; i += 1) expect(await take({ start: 10 })).toHaveLength(10)
    expect(performance.now() - began).toBeLessThan(2_000)
  })

  test('a record that was handed out, or taken in, does not change what is stored', async () => {
    const { store, enqueue } = await opened()
    const keep = { completed: 1, failed: 1, cancelled: 1 }
    await enqueue(job('a', { keep }))
    keep.completed = 99
    const record = await store.get('a')
    expect(() => Object.assign(record?.keep ?? {}, { failed: 99 })).toThrow(TypeError)
    expect((await store.get('a'))?.keep).toEqual({ completed: 1, failed: 1, cancelled: 1 })
  })

  test('a job is due when the clock says so, and finished jobs go when they have stayed their time', async () => {
    const { clock, store, enqueue, take, settle } = await opened()
    await enqueue(job('late', { due: { delay: 50 } }), job('soon', { due: { at: 1_020 } }))
    expect(await store.promote(10)).toEqual({ count: 0, more: false, nextDueIn: 20 })
    clock.now += 50
    expect(await store.promote(1)).toEqual({ count: 1, more: true, nextDueIn: 0 })
    expect(await store.promote(10)).toEqual({ count: 1, more: false, nextDueIn: null })
    const [soon, late] = await take()
    expect([soon?.id, late?.id]).toEqual(['soon', 'late'])
    if (!soon) throw new Error('nothing was claimed')
    const fence = { id: soon.id, run: soon.run, claim: soon.claim, ranFor: 1 }
    expect(await settle({ ...fence, kind: 'complete', result: '1', keep: 100 })).toEqual([true])
    clock.now += 100
    expect(await store.get('soon')).toBeNull()
    expect(await store.prune(10)).toEqual({ count: 1, more: false })
  })

  test('a lease that is beaten lives; one that ran out is recovered', async () => {
    const { clock, store, enqueue, take } = await opened()
    await enqueue(job('a'))
    await take()
    const options = {
      limit: 10,
      error: { name: 'LeaseExpiredError', message: '', stack: null, code: null, cause: null, attempt: 0, time: 0 },
      keep: { failed: 1, cancelled: 1 },
    }
    clock.now += 999
    await store.extend(worker.instance, [])
    clock.now += 999
    expect(await store.recover(options)).toEqual({ count: 0, more: false })
    clock.now += 1
    expect(await store.recover(options)).toEqual({ count: 1, more: false })
    expect((await store.get('a'))?.errors).toEqual([{ ...options.error, attempt: 1, time: clock.now }])
    expect((await store.extend(worker.instance, [])).registered).toBe(false)
  })

  test('tells listeners once per step which queues have something to do', async () => {
    const { store, enqueue } = await opened()
    const heard: Signal[] = []
    const end = await store.subscribe((signal) => heard.push(signal))
    await enqueue(job('a'), job('b'), job('c', { queue: 'mail' }))
    expect(heard).toEqual([{ kind: 'wake', queues: ['default', 'mail'] }])
    await end()
    await enqueue(job('d'))
    expect(heard).toHaveLength(1)
  })

  test('a list goes page by page through every job once, state by state', async () => {
    const { store, enqueue, take } = await opened()
    await enqueue(...Array.from({ length: 10 }, (_, i) => job(`q${i}`, { priority: 10 - i })))
    await enqueue(job('later', { due: { delay: 10 } }), job('sooner', { due: { delay: 5 } }))
    await take({ start: 2 })
    const seen: string[] = []
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const page = await store.list({ limit: 5, ...(cursor ? { cursor } : {}) })
      seen.push(...ids(page.jobs))
      cursor = page.cursor
    }
    const waiting = Array.from({ length: 8 }, (_, i) => `q${7 - i}`)
    expect(seen).toEqual(['sooner', 'later', ...waiting, 'q9', 'q8'])
  })
})
