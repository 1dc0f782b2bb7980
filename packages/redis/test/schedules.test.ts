import { randomUUID } from 'node:crypto'
import { type NewJob, type NewSchedule, newJobId, type ScheduleRecord, type Store } from '@jobs-worker/core/store'
import { describeWith } from '@jobs-worker/test-servers/vitest'
import { Redis } from 'ioredis'
import { expect, onTestFinished, test } from 'vitest'
import { redisStore } from '../src'
import { SCRIPTS, type Script } from '../src/scripts'
import { drop } from './harness'

/** A client that dies before it sends this script, as its process would. */
function dyingBefore(client: Redis, script: Script): Redis {
  return new Proxy(client, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target)
      if (typeof value !== 'function') return value
      if (key !== 'evalshaBuffer' && key !== 'evalBuffer') return value.bind(target)
      return (name: string, ...rest: unknown[]) => {
        if (name === script.sha || name === script.text) throw new Error('killed')
        return value.call(target, name, ...rest)
      }
    },
  })
}

const given: NewSchedule = {
  name: 'schedule',
  task: 'task',
  queue: 'one',
  timing: '{"every":1000}',
  definition: '{}',
  retryDelay: 100,
  nextRunAt: 1_000,
  active: null,
}

/** The decision on what was taken. */
function decided({ name, queue, revision, epoch, nextRunAt }: ScheduleRecord) {
  const time = nextRunAt as number
  const common = { lane: 'task', priority: 10, input: null, headers: null, maxAttempts: 3, keep: null, settings: null }
  const job: NewJob = {
    ...{ id: newJobId(queue), task: 'task', queue, due: { at: time }, unique: null, locks: [], schedule: name },
    ...common,
  }
  return { name, queue, revision, epoch, nextRunAt: time, jobs: [{ time, job }], next: time + 1_000_000_000_000_000 }
}

/** Takes as soon as it may, and fires. */
async function finish(store: Store): Promise<number> {
  for (;;) {
    const { due, nextIn } = await store.schedules.take(10, 1_000)
    if (due.length > 0) await store.schedules.fire(due.map(decided))
    else if (nextIn === null || nextIn > 1_000) return (await store.list({ limit: 10 })).jobs.length
  }
}

await describeWith('redis', 'schedules: whoever is cut off between two steps', (url) => {
  async function setUp(cut: Script) {
    const client = new Redis(url)
    const prefix = `t_${randomUUID().slice(0, 8)}`
    const [dying, store] = [redisStore(dyingBefore(client, cut), { prefix }), redisStore(url, { prefix })]
    await Promise.all([dying.open(), store.open()])
    await store.schedules.upsert(given)
    onTestFinished(async () => {
      await Promise.all([dying.close(), store.close()])
      await drop(client, prefix)
      client.disconnect()
    })
    return { dying, store }
  }

  test('after the job was made, before the schedule moved on: the next one makes none, and moves on', async () => {
    const { dying, store } = await setUp(SCRIPTS.advanceSchedules)
    const { due } = await dying.schedules.take(10, 1_000)
    const [first] = due.map(decided)
    await expect(dying.schedules.fire(due.map(decided))).rejects.toThrow('killed')
    expect(await store.schedules.get('schedule')).toMatchObject({ nextRunAt: 1_000, runs: 0, lastJob: null })
    expect(await finish(store)).toBe(1)
    const [job] = (await store.list({ limit: 10 })).jobs
    expect(await store.schedules.get('schedule')).toMatchObject({ runs: 1, lastRunAt: 1_000, lastJob: job?.id })
    expect(first?.next).toBe((await store.schedules.get('schedule'))?.nextRunAt)
  })

  test('the same, and then somebody changed the schedule, or moved it to another queue', async () => {
    for (const change of [{ definition: '{"new":1}' }, { queue: 'two' }]) {
      const { dying, store } = await setUp(SCRIPTS.advanceSchedules)
      const { due } = await dying.schedules.take(10, 1_000)
      await expect(dying.schedules.fire(due.map(decided))).rejects.toThrow('killed')
      await store.schedules.upsert({ ...given, ...change })
      expect(await finish(store)).toBe(1)
      expect(await store.schedules.get('schedule')).toMatchObject({ runs: 1, lastRunAt: 1_000 })
    }
  })

  test('the same, and the job has run and gone', async () => {
    const { dying, store } = await setUp(SCRIPTS.advanceSchedules)
    const { due } = await dying.schedules.take(10, 1_000)
    await expect(dying.schedules.fire(due.map(decided))).rejects.toThrow('killed')
    await store.remove((await store.list({ limit: 10 })).jobs.map(({ id }) => id))
    expect(await finish(store)).toBe(0)
    expect(await store.schedules.get('schedule')).toMatchObject({ runs: 1, lastRunAt: 1_000 })
  })

  for (const [what, script, change] of [
    ['changed', SCRIPTS.putSchedule, (store) => store.schedules.upsert({ ...given, definition: '{"new":1}' })],
    ['moved', SCRIPTS.putSchedule, (store) => store.schedules.upsert({ ...given, queue: 'two' })],
    ['removed', SCRIPTS.removeSchedule, (store) => store.schedules.remove('schedule')],
    [
      'paused',
      SCRIPTS.changeSchedule,
      (store, revision) => store.schedules.change('schedule', { revision, active: false }),
    ],
  ] satisfies [string, Script, (store: Store, revision: number) => Promise<unknown>][]) {
    test(`after the queue was told that it is ${what}, before it was: it is fired all the same, once`, async () => {
      const { dying, store } = await setUp(script)
      const { due } = await store.schedules.take(10, 1_000)
      await expect(change(dying, due[0]?.revision as number)).rejects.toThrow('killed')
      // What was decided before comes too late; the next decision heals it.
      expect((await store.schedules.fire(due.map(decided))).fired).toEqual([{ stale: true }])
      expect(await finish(store)).toBe(1)
      expect(await store.schedules.get('schedule')).toMatchObject({ runs: 1, queue: 'one', active: true })
    })
  }
})
