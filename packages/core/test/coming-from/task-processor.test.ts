import { describe, expect, it } from 'vitest'
import { createJobs, defineTask, type Job, type Logger, memoryStore } from '../../src'

const QUIET: Logger = { debug() {}, info() {}, warn() {}, error() {} }

describe('the task processor on MongoDB', () => {
  it('status from created through work in progress to the end; worker set while running and none after', async () => {
    const seen: Job[] = []
    const task = defineTask({
      name: 'look',
      async run(_: undefined, { job, jobs }) {
        seen.push((await jobs.get(job.id)) as Job)
      },
    })
    await using jobs = createJobs({ store: memoryStore(), tasks: [task] })
    const { id } = await jobs.enqueue(task)
    expect(await jobs.get(id)).toMatchObject({ state: 'queued', worker: null, startedAt: null })
    await jobs.worker({ id: 'W' }).processNext()
    expect(seen[0]).toMatchObject({ state: 'running', worker: 'W' })
    expect(await jobs.get(id)).toMatchObject({ state: 'completed', worker: null })
  })

  it('started is saved before the run', async () => {
    let saved: Date | null | undefined
    const task = defineTask({
      name: 'look',
      async run(_: undefined, { job, jobs }) {
        saved = (await jobs.get(job.id))?.startedAt
      },
    })
    await using jobs = createJobs({ store: memoryStore({ now: () => 7_000 }), tasks: [task] })
    await jobs.enqueue(task)
    await jobs.worker().processNext()
    expect(saved).toEqual(new Date(7_000))
  })

  it('scheduled while its delayed time is ahead; a time in the past or none means due now', async () => {
    const task = defineTask({ name: 't', run: () => undefined })
    await using jobs = createJobs({ store: memoryStore({ now: () => 10_000 }), tasks: [task] })
    const ids = []
    for (const at of [10_001, 9_999, undefined]) {
      ids.push((await jobs.enqueue(task, undefined, at === undefined ? {} : { at: new Date(at) })).id)
    }
    const states = await Promise.all(ids.map(async (id) => (await jobs.get(id))?.state))
    expect(states).toEqual(['scheduled', 'queued', 'queued'])
  })

  it('the worker sets final states, not the handler', async () => {
    const task = defineTask({
      name: 'mixed',
      maxAttempts: 1,
      run(fail: boolean) {
        if (fail) throw new Error('no')
      },
    })
    await using jobs = createJobs({ store: memoryStore(), tasks: [task], log: QUIET })
    const sent = await jobs.enqueueMany(task, [false, true])
    await jobs.worker().drain()
    const states = await Promise.all(sent.map(async ({ id }) => (await jobs.get(id))?.state))
    expect(states).toEqual(['completed', 'failed'])
  })

  it('several queues', async () => {
    const ran: string[] = []
    const task = defineTask({ name: 't', run: (name: string) => void ran.push(name) })
    await using jobs = createJobs({ store: memoryStore(), tasks: [task] })
    for (const queue of ['general', 'special', 'other']) await jobs.enqueue(task, queue, { queue })
    await jobs.worker({ queues: ['general', 'special'], concurrency: 1 }).drain()
    expect(ran.sort()).toEqual(['general', 'special'])
  })
})
