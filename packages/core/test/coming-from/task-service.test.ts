import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { createJobs, defineTask, type Jobs, type Logger, memoryStore } from '../../src'

const QUIET: Logger = { debug() {}, info() {}, warn() {}, error() {} }

/** Sleeps so many seconds, and notes that it has. */
function sleepers() {
  const done: number[] = []
  const task = defineTask({
    name: 'sleep',
    async run({ job, seconds }: { job: number; seconds: number }) {
      await sleep(seconds * 1_000)
      done.push(job)
    },
  })
  return { done, task, jobs: createJobs({ store: memoryStore(), tasks: [task] }) }
}

const numbered = (seconds: readonly number[], from = 1) => seconds.map((s, i) => ({ job: from + i, seconds: s }))

describe('the task service with threads', () => {
  it('jobs by name with arguments: a tuple, a scalar, nothing at all', async () => {
    const seen: unknown[] = []
    const task = defineTask({ name: 'any', run: (input?: unknown) => void seen.push(input) })
    await using jobs = createJobs({ store: memoryStore(), tasks: [task] })
    await jobs.enqueue('any', [1, 'two'])
    await jobs.enqueue('any', 3)
    await jobs.enqueue('any')
    await jobs.worker({ concurrency: 1 }).drain()
    expect(seen).toEqual([[1, 'two'], 3, undefined])
  })

  it('a worker never starts by itself; claimNext, process and processNext work without start', async () => {
    const ran: number[] = []
    const task = defineTask({ name: 'note', run: (n: number) => void ran.push(n) })
    await using jobs = createJobs({ store: memoryStore(), tasks: [task] })
    await jobs.enqueueMany(task, [1, 2, 3])
    const worker = jobs.worker()
    expect([worker.isRunning, await worker.hasWaiting(), ran]).toEqual([false, true, []])
    const claimed = await worker.claimNext()
    expect(ran).toEqual([])
    await worker.process(claimed as NonNullable<typeof claimed>)
    expect(await worker.processNext()).toBe(true)
    expect([ran, worker.isRunning]).toEqual([[1, 2], false])
    expect([await worker.processNext(), await worker.processNext(), await worker.hasWaiting()]).toEqual([
      true,
      false,
      false,
    ])
    expect(await worker.claimNext()).toBeNull()
  })

  it('processNext is true however the attempt ended, and never rejects with the handler’s error', async () => {
    const task = defineTask({
      name: 'fails',
      maxAttempts: 1,
      run() {
        throw new Error('no')
      },
    })
    await using jobs = createJobs({ store: memoryStore(), tasks: [task], log: QUIET })
    const { id } = await jobs.enqueue(task)
    expect(await jobs.worker().processNext()).toBe(true)
    expect((await jobs.get(id))?.state).toBe('failed')
  })

  it('hasJobsWaiting', async () => {
    const task = defineTask({ name: 't', run: () => undefined })
    await using jobs = createJobs({ store: memoryStore(), tasks: [task] })
    const worker = jobs.worker()
    expect(await worker.hasWaiting()).toBe(false)
    await jobs.enqueue(task)
    expect(await worker.hasWaiting()).toBe(true)
    await worker.drain()
    expect(await worker.hasWaiting()).toBe(false)
  })

  it('a wait time between looks', async () => {
    const store = memoryStore()
    // Nobody hears of new jobs: only looking finds them.
    store.subscribe = async () => async () => {}
    const task = defineTask({ name: 't', run: () => performance.now() })
    await using jobs = createJobs({ store, tasks: [task] })
    const worker = jobs.worker({ pollInterval: 50 })
    await worker.start()
    const { id } = await createJobs({ store, tasks: [task] }).enqueue(task)
    await expect.poll(async () => (await jobs.get(id))?.state, { interval: 5 }).toBe('completed')
  })

  it('a job added while it runs is found', async () => {
    const ran: string[] = []
    const task = defineTask({
      name: 'two',
      async run(name: string, ctx): Promise<void> {
        ran.push(name)
        if (name === 'first') await ctx.jobs.enqueue('two', 'second')
      },
    })
    await using jobs = createJobs({ store: memoryStore(), tasks: [task] })
    await jobs.enqueue(task, 'first')
    await jobs.worker({ concurrency: 1 }).drain()
    expect(ran).toEqual(['first', 'second'])
  })

  const drain = (jobs: Jobs, concurrency: number) => jobs.worker({ concurrency }).drain()

  it('one at a time [.04,.1,0,.08] completes 1,2,3,4', async () => {
    const { done, task, jobs } = sleepers()
    await jobs.enqueueMany(task, numbered([0.04, 0.1, 0, 0.08]))
    await drain(jobs, 1)
    expect(done).toEqual([1, 2, 3, 4])
    await jobs.close()
  })

  it('limit 5, job 1 processed by hand, then [.18,0,.02] completes 3,4,2', async () => {
    const { done, task, jobs } = sleepers()
    await jobs.enqueueMany(task, numbered([0.01, 0.18, 0, 0.02]))
    const worker = jobs.worker({ concurrency: 5 })
    expect(await worker.processNext()).toBe(true)
    expect(done.splice(0)).toEqual([1])
    await worker.drain()
    expect(done).toEqual([3, 4, 2])
    await jobs.close()
  })

  it.each([
    // The first job was processed by hand, as before.
    [2, numbered([1, 0, 0.2], 2), [3, 4, 2]],
    [4, numbered([0.3, 0.4, 0.1, 0.5]), [3, 1, 2, 4]],
    [2, numbered([0.03, 0.05, 0.03, 0.08]), [1, 2, 3, 4]],
  ])('limit %i, %j completes %j', async (concurrency, inputs, expected) => {
    const { done, task, jobs } = sleepers()
    await jobs.enqueueMany(task, inputs)
    await drain(jobs, concurrency)
    expect(done).toEqual(expected)
    await jobs.close()
  })
})
