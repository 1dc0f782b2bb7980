import { describe, expect, it } from 'vitest'
import { createJobs, defineTask, type Logger, memoryStore, testContext } from '../../src'

const QUIET: Logger = { debug() {}, info() {}, warn() {}, error() {} }

/** An error as the remote processor printed it. */
const asLine = ({ time, message }: { time: Date; message: string }) => `[${time.toISOString()}] ${message}`

describe('the remote processor on MongoDB', () => {
  it('factories added after the processor exists', async () => {
    await using jobs = createJobs({ store: memoryStore() })
    const worker = jobs.worker()
    await worker.start()
    jobs.addTask(defineTask({ name: 'late', run: (n: number) => n + 1 }))
    expect(await (await jobs.enqueue('late', 1)).result({ timeout: '5s' })).toBe(2)
  })

  it('a handler called directly, without a store', async () => {
    const task = defineTask({ name: 'direct', run: (n: number, { attempt }) => [n, attempt] })
    expect(await task.run(7, testContext())).toEqual([7, 1])
  })

  it('addJob, status and result; the result of a queued job is null', async () => {
    const task = defineTask({ name: 'sum', run: ([a, b]: number[]) => (a ?? 0) + (b ?? 0) })
    await using jobs = createJobs({ store: memoryStore(), tasks: [task] })
    const { id } = await jobs.enqueue(task, [1, 2])
    expect(await jobs.get(id)).toMatchObject({ state: 'queued', result: null, worker: null })
    await jobs.worker().drain()
    expect(await jobs.get(id)).toMatchObject({ state: 'completed', result: 3, worker: null })
  })

  it('an unknown job’s status is an error where it is changed, and null where it is looked at', async () => {
    await using jobs = createJobs({ store: memoryStore() })
    const id = '00000000-0000-7000-8000-000000000000'
    expect(await jobs.get(id)).toBeNull()
    for (const call of [jobs.cancel(id), jobs.retry(id), jobs.remove(id), jobs.result(id)]) {
      await expect(call).rejects.toMatchObject({ code: 'JOBS_NOT_FOUND' })
    }
  })

  it('cancel', async () => {
    const task = defineTask({ name: 't', run: () => 'ran' })
    await using jobs = createJobs({ store: memoryStore(), tasks: [task] })
    const { id } = await jobs.enqueue(task)
    expect(await jobs.cancel(id)).toMatchObject({ state: 'cancelled' })
    expect(await jobs.worker().processNext()).toBe(false)
    expect(await jobs.get(id)).toMatchObject({ state: 'cancelled', result: null, attempt: 0 })
  })

  it('three runs in all, then failed with three errors, each as [ISO time] message with its traceback', async () => {
    let runs = 0
    const task = defineTask({
      name: 'fails',
      maxAttempts: 3,
      retry: { delay: 0 },
      run() {
        throw new Error(`no ${++runs}`)
      },
    })
    await using jobs = createJobs({ store: memoryStore(), tasks: [task] })
    const { id } = await jobs.enqueue(task)
    await jobs.worker().drain()
    const { state, errors } = (await jobs.get(id)) as NonNullable<Awaited<ReturnType<typeof jobs.get>>>
    expect([state, runs]).toEqual(['failed', 3])
    expect(errors.map(asLine)).toEqual(
      [1, 2, 3].map((n) => expect.stringMatching(new RegExp(`^\\[\\d{4}-.*Z\\] no ${n}$`))),
    )
    expect(errors[0]?.stack).toContain('remote-processor.test')
  })

  it('an exception kind that is not retried', async () => {
    class Refused extends Error {}
    const task = defineTask({
      name: 'refused',
      retry: { delay: 0, on: [TypeError] },
      run() {
        throw new Refused('never again')
      },
    })
    await using jobs = createJobs({ store: memoryStore(), tasks: [task] })
    const { id } = await jobs.enqueue(task)
    await jobs.worker().drain()
    expect(await jobs.get(id)).toMatchObject({ state: 'failed', attempt: 1, errors: [{ message: 'never again' }] })
  })

  it('removeJobs without argument removes cancelled, completed and failed, and answers how many; any state may be named', async () => {
    const works = defineTask({ name: 'works', run: () => 1 })
    const fails = defineTask({
      name: 'fails',
      maxAttempts: 1,
      run() {
        throw new Error('no')
      },
    })
    await using jobs = createJobs({ store: memoryStore(), tasks: [works, fails], log: QUIET })
    await jobs.enqueue(works)
    await jobs.enqueueMany(fails, [undefined, undefined])
    await jobs.worker().drain()
    await jobs.cancel((await jobs.enqueue(works)).id)
    const queued = await jobs.enqueue(works)
    expect(await jobs.remove()).toEqual({ cancelled: 1, completed: 1, failed: 2 })
    expect((await jobs.list()).jobs.map(({ id, state }) => [id, state])).toEqual([[queued.id, 'queued']])
    expect(await jobs.remove({ states: ['queued'] })).toEqual({ queued: 1 })
    expect((await jobs.list()).jobs).toEqual([])
  })
})
