import assert from 'node:assert/strict'
import type { Jobs } from '@jobs-worker/core'
import { jobsOf } from '../harness/schedules'
import { until } from '../harness/wait'
import type { Suite } from '../suite'

const EVERY = 100

/** Every time from the first on has exactly one job, without a gap. */
async function assertEachOnce(jobs: Jobs, first: number, atLeast: number): Promise<void> {
  const due = (await jobsOf(jobs, 'pulse')).map((job) => job.dueAt.getTime())
  assert.ok(due.length >= atLeast, `${due.length} jobs`)
  assert.deepEqual(
    due,
    due.map((_, i) => first + i * EVERY),
  )
  assert.ok((due.at(-1) as number) <= Date.now(), 'none is ahead of its time')
  assert.equal((await jobs.schedules.get('pulse'))?.runs, due.length)
}

/** Registers what fires ten times a second, and misses none. */
async function pulse(jobs: Jobs, over: { readonly retryDelay?: number } = {}): Promise<number> {
  const nextRunAt = new Date(Date.now() - 1_000)
  await jobs.schedules.upsert('pulse', {
    task: 'any',
    every: EVERY,
    missed: 'all',
    retryDelay: 200,
    nextRunAt,
    ...over,
  })
  return nextRunAt.getTime()
}

/** Rule 13: one job per due time over any number of schedulers, wherever one is killed. */
export function schedulersTogether(suite: Suite): void {
  suite.test('13.70 many schedulers at once: one job per due time', async (f) => {
    const all = await Promise.all(Array.from({ length: 6 }, () => f.jobs()))
    const [jobs] = all as [Jobs]
    const first = await pulse(jobs)
    const schedulers = all.map((one) => one.scheduler({ pollInterval: 10 }))
    await Promise.all(schedulers.map((scheduler) => scheduler.start()))
    await until('it has fired often', async () => ((await jobs.schedules.get('pulse'))?.runs ?? 0) >= 25)
    await Promise.all(schedulers.map((scheduler) => scheduler.stop()))
    await assertEachOnce(jobs, first, 25)
  })

  suite.test(
    '13.71 schedulers whose clocks disagree by hours: one job per due time, on the store’s clock',
    async (f) => {
      const jobs = await f.jobs()
      const first = await pulse(jobs)
      const children = [await f.child(), await f.child()]
      for (const [i, child] of children.entries()) {
        void child.run('schedule', { wrongBy: (i === 0 ? -1 : 1) * 5 * 3_600_000 }).catch(() => undefined)
        await child.told('ready')
      }
      await until('it has fired often', async () => ((await jobs.schedules.get('pulse'))?.runs ?? 0) >= 25)
      await Promise.all(children.map((child) => child.terminate()))
      const scheduler = jobs.scheduler({ pollInterval: 10 })
      await scheduler.start()
      await until('the rest is fired', async () => {
        const next = (await jobs.schedules.get('pulse'))?.nextRunAt
        return next != null && next.getTime() > Date.now() - EVERY
      })
      await scheduler.stop()
      await assertEachOnce(jobs, first, 25)
    },
    { ways: ['child'], timeout: 60_000 },
  )

  suite.test(
    '13.72 a scheduler killed between deciding and enqueueing: another makes the job after retryDelay',
    async (f) => {
      const jobs = await f.jobs()
      const child = await f.child()
      const nextRunAt = new Date(Date.now() - 1_000)
      await jobs.schedules.upsert('daily', { task: 'any', every: '1d', retryDelay: 1_500, nextRunAt })
      void child.run('schedule', { stopBefore: 'fire' }).catch(() => undefined)
      assert.equal(await child.told('decided'), 1)
      await child.kill()
      const killedAt = Date.now()
      await jobs.scheduler({ pollInterval: 10 }).start()
      assert.deepEqual((await jobs.schedules.get('daily'))?.nextRunAt, nextRunAt)
      assert.equal((await jobsOf(jobs, 'daily')).length, 0)
      await until('another takes it', async () => (await jobs.schedules.get('daily'))?.runs === 1)
      assert.ok(Date.now() - killedAt > 500, 'it waited')
      const made = await jobsOf(jobs, 'daily')
      assert.deepEqual(
        made.map((job) => job.dueAt),
        [nextRunAt],
      )
    },
    { ways: ['child'], timeout: 60_000 },
  )

  suite.test(
    '13.73 schedulers killed at any instruction, one after another: one job per due time',
    async (f) => {
      const jobs = await f.jobs()
      const first = await pulse(jobs)
      for (let round = 0; round < 4; round++) {
        const child = await f.child()
        const before = (await jobs.schedules.get('pulse'))?.runs ?? 0
        void child.run('schedule', {}).catch(() => undefined)
        await child.told('ready')
        await until('it fires', async () => ((await jobs.schedules.get('pulse'))?.runs ?? 0) > before + round)
        await child.kill()
      }
      const scheduler = jobs.scheduler({ pollInterval: 10 })
      await scheduler.start()
      await until('nothing is left', async () => {
        const next = (await jobs.schedules.get('pulse'))?.nextRunAt
        return next != null && next.getTime() > Date.now() - EVERY
      })
      await scheduler.stop()
      await assertEachOnce(jobs, first, 10)
    },
    { ways: ['child'], timeout: 60_000 },
  )

  suite.test(
    '13.74 a database that is away while times pass: nothing is lost, nothing is doubled',
    async (f) => {
      const faulty = await f.faulty()
      const behind = await f.jobs({}, faulty.store)
      const jobs = await f.jobs()
      const first = await pulse(jobs)
      const scheduler = behind.scheduler({ pollInterval: 20 })
      await scheduler.start()
      const runs = async () => (await jobs.schedules.get('pulse'))?.runs ?? 0
      await until('it fires', async () => (await runs()) >= 12)
      for (let round = 0; round < 3; round++) {
        await faulty.block()
        const before = await runs()
        await faulty.heal()
        await until('it goes on', async () => (await runs()) > before + 3, 20_000)
      }
      await scheduler.stop()
      await assertEachOnce(jobs, first, 20)
    },
    { ways: ['faulty'], timeout: 60_000 },
  )

  suite.test(
    '13.76 after stop and close neither a timer nor a connection keeps the process alive',
    async (f) => {
      await f.store()
      const child = await f.child()
      await child.run('scheduleAndLeave')
      assert.deepEqual(await child.exited(2_000), { code: 0, signal: null })
    },
    { ways: ['child'], timeout: 60_000 },
  )

  suite.test('13.75 one whose enqueueing fails keeps none of the others back, and is tried again', async (f) => {
    const jobs = await f.jobs({}, undefined)
    const store = await f.store()
    const due = await store.schedules.clock()
    for (const name of ['bad', 'good']) {
      await jobs.schedules.upsert(name, { task: 'any', every: '1d', nextRunAt: new Date(due), retryDelay: 300 })
    }
    const good = await store.schedules.get('good')
    // As a newer version might store it.
    await store.schedules.upsert({ ...(good as NonNullable<typeof good>), name: 'bad', definition: '{"missed":"one"}' })
    await jobs.scheduler({ pollInterval: 20 }).start()
    await until('the good one fires', async () => (await store.schedules.get('good'))?.runs === 1)
    assert.deepEqual((await store.schedules.get('bad'))?.nextRunAt, due)
    await jobs.schedules.upsert('bad', { task: 'any', every: '1d', nextRunAt: new Date(due), retryDelay: 300 })
    await until('so does the other, once it can', async () => (await store.schedules.get('bad'))?.runs === 1)
    assert.deepEqual(
      (await jobsOf(jobs, 'bad')).map((job) => job.dueAt),
      [new Date(due)],
    )
  })
}
