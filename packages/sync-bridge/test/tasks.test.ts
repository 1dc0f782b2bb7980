import {
  createJobs,
  defineTask,
  type Jobs,
  type JobsOptions,
  type Logger,
  memoryStore,
  type Store,
  type ThreadRunner,
} from '@jobs-worker/core'
import { mongoStore } from '@jobs-worker/mongo'
import { pgliteStore, postgresStore } from '@jobs-worker/postgres'
import { redisStore } from '@jobs-worker/redis'
import { createDatabase } from '@jobs-worker/test-servers'
import { describeWith } from '@jobs-worker/test-servers/vitest'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { syncBridge } from '../src/index'
import * as modules from './modules/tasks'

const lines: string[] = []
const log: Logger = {
  debug: (line) => lines.push(`debug ${line}`),
  info: (line) => lines.push(`info ${line}`),
  warn: (line) => lines.push(`warn ${line}`),
  error: (line) => lines.push(`error ${line}`),
}

const open: Jobs[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((jobs) => jobs.close()))
  lines.length = 0
})

/** Threads that have the module loaded: they outlive the jobs of one test. */
const warm = syncBridge({ threads: 2 })
const threads: ThreadRunner = { run: (...run) => warm.run(...run), close: async () => {} }
afterAll(() => warm.close())

function start(store: Store, options: Partial<JobsOptions> = {}): Jobs {
  const jobs = createJobs({ store, tasks: modules.tasks(), threads, log, ...options })
  open.push(jobs)
  return jobs
}

/** Resolves when the job has reported something. */
async function reported(jobs: Jobs, id: string): Promise<void> {
  while (((await jobs.get(id))?.progress ?? null) === null) await new Promise((resolve) => setTimeout(resolve, 5))
}

async function ended(jobs: Jobs, id: string) {
  const handle = await jobs.get(id)
  if (handle === null) throw new Error(`no job ${id}`)
  let job = handle
  while (!['completed', 'failed', 'cancelled'].includes(job.state)) {
    await new Promise((resolve) => setTimeout(resolve, 5))
    job = (await jobs.get(id)) ?? job
  }
  return job
}

/** On every store the same. */
function onStore(makeStore: () => Store | Promise<Store>): void {
  // PGlite alone takes many seconds to start on a busy machine.
  const time = { timeout: 90_000 }
  test(
    'a handler gets its input parsed; one that spins for three lease times keeps its lease, and the event loop goes on',
    time,
    async () => {
      const jobs = start(await makeStore())
      await jobs.worker({ lease: '1s', beat: '100ms' }).start()
      const square = await jobs.enqueue(modules.square, { n: 7, on: '2026-01-01' })
      expect(await square.result({ timeout: '1m' })).toEqual({ square: 49, year: 2026, task: 'square', attempt: 1 })
      let longest = 0
      let last = performance.now()
      const timer = setInterval(() => {
        longest = Math.max(longest, performance.now() - last)
        last = performance.now()
      }, 10)
      const job = await jobs.enqueue(modules.spinning, { ms: 3_200 })
      expect(await job.result({ timeout: '1m' })).toBe(1)
      clearInterval(timer)
      expect(await jobs.get(job.id)).toMatchObject({ state: 'completed', run: 1, attempt: 1, errors: [] })
      expect(longest).toBeLessThan(1_500)
    },
  )
}

describe('tasks in threads, memory store', () => onStore(() => memoryStore()))
describe('tasks in threads, PGlite', () => onStore(() => pgliteStore()))
await describeWith('postgres', 'tasks in threads, PostgreSQL', (url) => {
  onStore(async () => {
    const database = await createDatabase(url)
    return postgresStore(database.url)
  })
})

await describeWith('redis', 'tasks in threads, Redis', (url) => {
  onStore(() => redisStore(url, { prefix: `sync-bridge-${process.pid}` }))
})

await describeWith('mongodb', 'tasks in threads, MongoDB', (url) => {
  onStore(() => mongoStore(url, { database: `sync_bridge_${process.pid}` }))
})

describe('the context works across the boundary', () => {
  test('progress, meta and log lines', async () => {
    const jobs = start(memoryStore())
    await jobs.worker().start()
    const job = await jobs.enqueue(modules.chatty)
    expect(await job.result({ timeout: '20s' })).toBe('said')
    expect(await jobs.get(job.id)).toMatchObject({ progress: { done: 5 }, meta: { started: true, host: 'thread' } })
    expect(lines).toContain(`info half of ${job.id}`)
    expect(lines).toContain('warn careful')
  })

  test('postpone', async () => {
    const jobs = start(memoryStore())
    await jobs.worker().start()
    const job = await jobs.enqueue(modules.later)
    expect(await job.result({ timeout: '20s' })).toBe('now')
    expect(await jobs.get(job.id)).toMatchObject({ attempt: 1, run: 2, postpones: 1 })
  })

  test('a client is not there, and says so', async () => {
    const jobs = start(memoryStore())
    await jobs.worker().start()
    const { id } = await jobs.enqueue(modules.wantsJobs)
    expect((await ended(jobs, id)).errors[0]?.message).toContain('ctx.jobs is not there in a thread')
  })
})

describe.each(['thread', 'process'] as const)('ctx.locks works across the boundary of a %s', (isolate) => {
  const runner = syncBridge({ threads: 1, isolate })
  afterAll(() => runner.close())
  const started = async () => {
    const jobs = start(memoryStore(), { threads: { run: (...run) => runner.run(...run), close: async () => {} } })
    await jobs.worker({ grace: '1m' }).start()
    return jobs
  }

  test('sets nest, list and release as on the main thread', async () => {
    const jobs = await started()
    const job = await jobs.enqueue(modules.locking)
    const result = (await job.result({ timeout: '20s' })) as { all: string[]; before: string[] }
    expect({ ...result, all: result.all.sort(), before: result.before.sort() }).toEqual({
      all: ['both', 'inner', 'outer', 'task'],
      notItsOwn: false,
      alone: true,
      before: ['both', 'outer', 'task'],
      size: 2,
      after: ['task'],
      job: job.id,
      run: 1,
      same: true,
    })
    expect(await jobs.locks.list()).toEqual([])
  })

  test('a lock that another has is null, or waited for', async () => {
    const jobs = await started()
    const held = await jobs.locks.acquire(['k'], { owner: 'me' })
    const none = await jobs.enqueue(modules.wantsLocks, { keys: ['k', 'free'] })
    expect(await none.result({ timeout: '20s' })).toBeNull()
    const waits = await jobs.enqueue(modules.wantsLocks, { keys: ['k', 'free'], wait: '1m' })
    await reported(jobs, waits.id)
    await held?.release()
    const got = (await waits.result({ timeout: '20s' })) as [string, boolean][]
    expect(got.sort()).toEqual([
      ['free', true],
      ['k', true],
    ])
  })

  test('the wait ends with its signal, or with the run', async () => {
    const jobs = await started()
    await jobs.locks.acquire(['k'], { owner: 'me' })
    const aborts = await jobs.enqueue(modules.wantsLocks, { keys: ['k'], wait: '1m', abort: true })
    expect((await ended(jobs, aborts.id)).errors[0]).toMatchObject({ name: 'RangeError', message: 'changed my mind' })
    const waits = await jobs.enqueue(modules.wantsLocks, { keys: ['k'], wait: '1m' })
    await reported(jobs, waits.id)
    await jobs.cancel(waits.id)
    expect(await ended(jobs, waits.id)).toMatchObject({ state: 'cancelled' })
  })

  test('bad input is refused by name', async () => {
    const jobs = await started()
    const { id } = await jobs.enqueue(modules.wantsLocks, { keys: [] })
    expect((await ended(jobs, id)).errors[0]).toMatchObject({
      name: 'InvalidError',
      code: 'JOBS_INVALID',
      message: expect.stringContaining('ctx.locks.acquire: keys'),
    })
  })
})

describe('what goes wrong in a thread', () => {
  test.each([
    ['permanent', 'never again', 1],
    ['range', 'out of range', 2],
    ['exit', 'ended its thread with process.exit(9)', 2],
    ['progress', 'progress: expected JSON', 2],
  ] as const)('%s', async (how, message, attempts) => {
    const jobs = start(memoryStore())
    await jobs.worker().start()
    const { id } = await jobs.enqueue(modules.fails, { how })
    const job = await ended(jobs, id)
    expect(job).toMatchObject({ state: 'failed', attempt: attempts })
    expect(job.errors).toHaveLength(attempts)
    expect(job.errors[0]?.message).toContain(message)
    if (how === 'range') expect(job.errors[0]).toMatchObject({ name: 'RangeError', code: 'E_RANGE' })
  })

  test('a task that its module does not export', async () => {
    const jobs = start(memoryStore())
    await jobs.worker().start()
    const { id } = await jobs.enqueue('hidden')
    expect((await ended(jobs, id)).errors[0]?.message).toContain('exports no task of that name')
  })

  test('no threads were given', async () => {
    const jobs = createJobs({ store: memoryStore(), tasks: [modules.endless], log })
    open.push(jobs)
    await jobs.worker().start()
    const { id } = await jobs.enqueue(modules.endless)
    expect((await ended(jobs, id)).errors[0]?.message).toContain('createJobs needs `threads: syncBridge()`')
  })
})

describe('a run that is told to stop', () => {
  test('timeout: a handler that does not listen is ended after the grace, and its thread replaced', async () => {
    const jobs = start(memoryStore())
    await jobs.worker({ grace: 100 }).start()
    const { id } = await jobs.enqueue(modules.endless)
    const job = await ended(jobs, id)
    expect(job).toMatchObject({ state: 'failed', attempt: 1 })
    expect(job.errors[0]).toMatchObject({ name: 'TimeoutError', code: 'JOBS_TIMEOUT' })
    const next = await jobs.enqueue(modules.square, { n: 2, on: '2026-01-01' })
    expect(await next.result({ timeout: '20s' })).toMatchObject({ square: 4 })
  })

  test('timeout: does not count while the job waits for a thread', async () => {
    const jobs = start(memoryStore(), { threads: syncBridge({ threads: 1 }) })
    await jobs.worker({ concurrency: 5 }).start()
    const slow = await jobs.enqueue(modules.spinning, { ms: 10 })
    await slow.result({ timeout: '20s' })
    const all = await Promise.all(
      Array.from({ length: 4 }, () => jobs.enqueue(modules.spinning, { ms: 200 }, { timeout: 500, maxAttempts: 1 })),
    )
    expect(await Promise.all(all.map((job) => job.result({ timeout: '20s' })))).toEqual([1, 1, 1, 1])
  })

  test('cancel: a tight loop sees it by its signal', async () => {
    const jobs = start(memoryStore())
    await jobs.worker({ grace: '1m' }).start()
    const { id } = await jobs.enqueue(modules.listensInALoop)
    await reported(jobs, id)
    await jobs.cancel(id)
    expect(await ended(jobs, id)).toMatchObject({ state: 'cancelled' })
  })

  test('stop: an async handler hears the event, and what it returns counts', async () => {
    const jobs = start(memoryStore())
    const worker = jobs.worker({ grace: '1m' })
    await worker.start()
    const { id } = await jobs.enqueue(modules.listensToEvents)
    await reported(jobs, id)
    await worker.stop({ timeout: 1 })
    expect(await jobs.get(id)).toMatchObject({
      state: 'completed',
      result: 'cleaned up',
      meta: { reason: 'StoppedError' },
    })
  })

  test('cancel while it waits for a thread', async () => {
    const jobs = start(memoryStore(), { threads: syncBridge({ threads: 1 }) })
    await jobs.worker().start()
    const first = await jobs.enqueue(modules.listensInALoop)
    await reported(jobs, first.id)
    const second = await jobs.enqueue(modules.spinning, { ms: 1 })
    while ((await jobs.get(second.id))?.state !== 'running') await new Promise((resolve) => setTimeout(resolve, 5))
    await jobs.cancel(second.id)
    expect(await ended(jobs, second.id)).toMatchObject({ state: 'cancelled' })
    await jobs.cancel(first.id)
    await ended(jobs, first.id)
  })
})

test('bad options and bad modules are refused', async () => {
  expect(() => syncBridge({ threads: -1 })).toThrow('pool.threads: expected a whole number from 1 to 1024, got -1')
  const task = defineTask({ name: 'x', isolation: 'thread', module: './x.js', maxAttempts: 1, run: () => 1 })
  const jobs = start(memoryStore(), { tasks: [task] })
  await jobs.worker().start()
  const { id } = await jobs.enqueue(task)
  expect((await ended(jobs, id)).errors[0]?.message).toContain('module: expected a file URL')
})

describe('in processes instead: syncBridge({ isolate: "process" })', () => {
  test('a handler reports, and hears in a loop that it is to stop', async () => {
    const jobs = start(memoryStore(), { threads: syncBridge({ threads: 1, isolate: 'process' }) })
    await jobs.worker({ grace: '1m' }).start()
    const chatty = await jobs.enqueue(modules.chatty)
    expect(await chatty.result({ timeout: '20s' })).toBe('said')
    expect(await jobs.get(chatty.id)).toMatchObject({ progress: { done: 5 }, meta: { started: true, host: 'thread' } })
    const { id } = await jobs.enqueue(modules.listensInALoop)
    await reported(jobs, id)
    await jobs.cancel(id)
    expect(await ended(jobs, id)).toMatchObject({ state: 'cancelled' })
  })

  test('a native crash is an error of its job alone, which runs again', async () => {
    const jobs = start(memoryStore(), { threads: syncBridge({ threads: 2, isolate: 'process' }) })
    await jobs.worker().start()
    const beside = await jobs.enqueue(modules.spinning, { ms: 300 })
    const job = await jobs.enqueue(modules.fails, { how: 'crash' })
    expect(await ended(jobs, job.id)).toMatchObject({ state: 'failed', attempt: 2 })
    expect((await jobs.get(job.id))?.errors[0]).toMatchObject({
      code: 'JOBS_PROCESS_CRASHED',
      message: expect.stringContaining('its process was ended by SIGSEGV'),
    })
    expect(await beside.result({ timeout: '20s' })).toBe(1)
  })
})
