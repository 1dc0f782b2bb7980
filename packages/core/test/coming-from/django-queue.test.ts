import { describe, expect, it } from 'vitest'
import {
  createJobs,
  defineTask,
  type Job,
  type JobsOptions,
  type Logger,
  memoryStore,
  type RetryOptions,
} from '../../src'

const QUIET: Logger = { debug() {}, info() {}, warn() {}, error() {} }

/** Runs a job to its end on a clock that jumps to whatever is due next; answers the job and the waits between its runs, in s. */
async function runAll(make: (ran: () => void) => Parameters<typeof defineTask>[0], options: Partial<JobsOptions> = {}) {
  let now = 1_000_000
  const runs: number[] = []
  const task = defineTask(make(() => runs.push(now)) as Parameters<typeof defineTask<undefined>>[0])
  await using jobs = createJobs({ log: QUIET, ...options, store: memoryStore({ now: () => now }), tasks: [task] })
  const { id } = await jobs.enqueue(task)
  const worker = jobs.worker()
  for (;;) {
    await worker.drain()
    const job = (await jobs.get(id)) as Job
    if (job.state !== 'scheduled' || runs.length > 50) {
      return { job, waits: runs.slice(1).map((time, i) => (time - (runs[i] as number)) / 1_000) }
    }
    now = job.dueAt.getTime()
  }
}

function failing(retry: RetryOptions, maxAttempts = 4) {
  return runAll((ran) => ({
    name: 'fails',
    maxAttempts,
    retry,
    run() {
      ran()
      throw new TypeError('no')
    },
  }))
}

function postponing(options: object = {}, settings: Partial<JobsOptions> = {}) {
  return runAll(
    (ran) => ({
      name: 'waits',
      ...options,
      run(_, ctx) {
        ran()
        ctx.postpone()
      },
    }),
    settings,
  )
}

describe('the queue for Django on PostgreSQL', () => {
  it('priority: lower first, 10 by default, 0 is a real one, given at the call or by the task', async () => {
    const ran: string[] = []
    const plain = defineTask({ name: 'plain', run: (name: string) => void ran.push(name) })
    const urgent = defineTask({ name: 'urgent', priority: 0, run: (name: string) => void ran.push(name) })
    await using jobs = createJobs({ store: memoryStore(), tasks: [plain, urgent] })
    const first = await jobs.enqueue(plain, 'default')
    expect((await jobs.get(first.id))?.priority).toBe(10)
    await jobs.enqueue(plain, 'late', { priority: 11 })
    await jobs.enqueue(urgent, 'by the task')
    await jobs.enqueue(urgent, 'by the call', { priority: -1 })
    await jobs.worker({ concurrency: 1 }).drain()
    expect(ran).toEqual(['by the call', 'by the task', 'default', 'late'])
  })

  it('unique for parameters: asked for here, where it was on there', async () => {
    const task = defineTask({ name: 'once', unique: true, run: (_: { a: number }) => undefined })
    await using jobs = createJobs({ store: memoryStore(), tasks: [task] })
    const [first, same, other] = [
      await jobs.enqueue(task, { a: 1 }),
      await jobs.enqueue(task, { a: 1 }),
      await jobs.enqueue(task, { a: 2 }),
    ]
    expect([same.id === first.id, same.deduplicated, other.deduplicated]).toEqual([true, true, false])
  })

  it('execute after', async () => {
    let now = 5_000
    const task = defineTask({ name: 'later', run: () => 'ran' })
    await using jobs = createJobs({ store: memoryStore({ now: () => now }), tasks: [task] })
    await jobs.enqueue(task, undefined, { at: new Date(8_000) })
    expect(await jobs.worker().processNext()).toBe(false)
    now = 8_000
    expect(await jobs.worker().processNext()).toBe(true)
  })

  it('postpone() without time uses the default of 5 s, 15 times by default', async () => {
    const { job, waits } = await postponing()
    expect(waits).toEqual(Array(15).fill(5))
    expect(job).toMatchObject({ state: 'failed', attempt: 1, errors: [{ name: 'MaxPostponesError' }] })
  })

  it('with 5 the sixth fails; null is unlimited', async () => {
    expect((await postponing({ postpone: { max: 5 } })).waits).toHaveLength(5)
    expect((await postponing({ postpone: { max: null } })).job.state).toBe('scheduled')
  })

  it('the settings of call, task, queue and all, in that order', async () => {
    const top = { postpone: { max: 4, delay: '4s' } }
    expect((await postponing({}, top)).waits).toEqual(Array(4).fill(4))
    const queue = { ...top, queues: { default: { postpone: { max: 3 } } } }
    expect((await postponing({}, queue)).waits).toEqual(Array(3).fill(4))
    expect((await postponing({ postpone: { max: 2 } }, queue)).waits).toEqual([4, 4])
  })

  it('retries_count=3, retry_pause=3 is maxAttempts: 4: waits 3, 3, 3 constant or 3, 6, 9 incremental, then failed', async () => {
    const constant = await failing({ strategy: 'constant', delay: '3s' })
    expect([constant.waits, constant.job.state, constant.job.errors.length]).toEqual([[3, 3, 3], 'failed', 4])
    const incremental = await failing({ strategy: 'incremental', delay: '3s' })
    expect([incremental.waits, incremental.job.state]).toEqual([[3, 6, 9], 'failed'])
  })

  it('an error that is not listed fails at once', async () => {
    const { job, waits } = await failing({ strategy: 'constant', delay: '3s', on: [RangeError] })
    expect([job.state, waits]).toEqual(['failed', []])
  })

  it('settings of the queue default serve queues that are not listed', async () => {
    const task = defineTask({ name: 't', run: () => undefined })
    await using jobs = createJobs({ store: memoryStore(), tasks: [task], queues: { default: { priority: 3 } } })
    const { id } = await jobs.enqueue(task, undefined, { queue: 'unheard of' })
    expect((await jobs.get(id))?.priority).toBe(3)
  })

  it('delete on complete: successes only', async () => {
    const task = defineTask({
      name: 'odd',
      maxAttempts: 1,
      run(n: number) {
        if (n % 2 === 1) throw new Error('odd')
      },
    })
    await using jobs = createJobs({ store: memoryStore(), tasks: [task], log: QUIET })
    await jobs.enqueueMany(task, [1, 2, 3])
    await jobs.worker({ keep: { completed: 0 } }).drain()
    expect((await jobs.list()).jobs.map(({ state, input }) => [state, input])).toEqual([
      ['failed', 3],
      ['failed', 1],
    ])
  })

  it('queue settings by name, or for default, which always exists; those of the worker beat them', async () => {
    let running = 0
    const most: Record<string, number> = {}
    const task = defineTask({
      name: 't',
      async run(_: undefined, { job }) {
        most[job.queue] = Math.max(most[job.queue] ?? 0, ++running)
        await new Promise((resolve) => setTimeout(resolve, 20))
        running--
      },
    })
    const queues = { mail: { concurrency: 2 }, default: { concurrency: 3 } }
    await using jobs = createJobs({ store: memoryStore(), tasks: [task], queues })
    for (const queue of ['mail', 'default', 'unheard of', 'overridden']) {
      await jobs.enqueueMany(task, Array(8).fill(undefined), { queue })
      await jobs.worker({ queues: [queue], ...(queue === 'overridden' ? { concurrency: 4 } : {}) }).drain()
    }
    expect(most).toEqual({ mail: 2, default: 3, 'unheard of': 3, overridden: 4 })
  })

  it('min and max of the local queue: refilled at 2, up to 10', async () => {
    const store = memoryStore()
    const asked: { before: number; reserve: number }[] = []
    let reserved = 0
    const exchange = store.exchange.bind(store)
    store.exchange = async (id, request) => {
      if (request.claim !== null) asked.push({ before: reserved, reserve: request.claim.reserve })
      const reply = await exchange(id, request)
      reserved += reply.claimed.length
      return reply
    }
    const task = defineTask({ name: 't', run: () => void reserved-- })
    await using jobs = createJobs({ store, tasks: [task] })
    await jobs.enqueueMany(task, Array(40).fill(undefined))
    await jobs.worker({ concurrency: 1, prefetchMin: 2, prefetchMax: 10 }).drain()
    expect(Math.max(...asked.map(({ before, reserve }) => before + reserve))).toBe(10)
    expect(Math.max(...asked.map(({ before }) => before))).toBeLessThanOrEqual(2)
  })

  it('after a crash the unfinished tasks first, and only then all others, whatever their priority', async () => {
    let now = 1_000_000
    const ran: string[] = []
    const store = memoryStore({ now: () => now })
    const task = defineTask({ name: 't', run: (name: string) => void ran.push(name) })
    const crashed = createJobs({ store, tasks: [task] })
    await using jobs = createJobs({ store, tasks: [task] })
    await jobs.enqueue(task, 'unfinished', { priority: 99 })
    // It claims, and is never heard of again.
    await crashed.worker({ id: 'gone' }).claimNext()
    await jobs.enqueue(task, 'urgent', { priority: 0 })
    now += 60_000
    const worker = jobs.worker({ concurrency: 1 })
    await worker.start()
    await expect.poll(() => ran, { interval: 5 }).toEqual(['unfinished', 'urgent'])
  })

  it('graceful shutdown waits for what runs', async () => {
    const ran: string[] = []
    let begun: () => void = () => {}
    const running = new Promise<void>((resolve) => {
      begun = resolve
    })
    const task = defineTask({
      name: 't',
      async run() {
        begun()
        await new Promise((resolve) => setTimeout(resolve, 100))
        ran.push('to its end')
      },
    })
    await using jobs = createJobs({ store: memoryStore(), tasks: [task] })
    const worker = jobs.worker()
    await worker.start()
    const { id } = await jobs.enqueue(task)
    await running
    await worker.stop()
    expect([ran, (await jobs.get(id))?.state]).toEqual([['to its end'], 'completed'])
  })
})
