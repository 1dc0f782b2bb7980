import assert from 'node:assert/strict'
import type { Jobs, NamedScheduleOptions, Schedule } from '@jobs-worker/core'
import { inState } from '../harness/expect'
import { jobsOf } from '../harness/schedules'
import { until } from '../harness/wait'
import type { Suite } from '../suite'

const MINUTE = 60_000

/** Registers a schedule, lets a scheduler do all that is due, and answers the schedule and when its jobs were due. */
async function fire(
  jobs: Jobs,
  options: Omit<NamedScheduleOptions, 'task'>,
): Promise<{ after: Schedule; due: number[] }> {
  const before = await jobs.schedules.upsert('s', { task: 't', ...options })
  await jobs.scheduler({ pollInterval: 20 }).start()
  const after = await until('it has moved on', async () => {
    const schedule = await jobs.schedules.get('s')
    return schedule !== null && schedule.nextRunAt?.getTime() !== before.nextRunAt?.getTime() && schedule
  })
  return { after, due: (await jobsOf(jobs, 's')).map((job) => job.dueAt.getTime()) }
}

/** Rule 13: which times become jobs. */
export function scheduleRules(suite: Suite): void {
  const long = 10 * MINUTE

  suite.test('13.50 missed times, one: a job for the stored time, then the first match after now', async (f) => {
    const nextRunAt = new Date(Date.now() - long)
    const { after, due } = await fire(await f.jobs(), { cron: '* * * * *', nextRunAt })
    assert.deepEqual(due, [nextRunAt.getTime()])
    assert.ok(after.nextRunAt !== null && after.nextRunAt.getTime() > Date.now() - 5_000)
    assert.deepEqual([after.runs, after.lastRunAt], [1, nextRunAt])
  })

  suite.test('13.51 missed times, skip: none, and on with the first match after now', async (f) => {
    const { after, due } = await fire(await f.jobs(), {
      cron: '* * * * *',
      nextRunAt: new Date(Date.now() - long),
      missed: 'skip',
    })
    assert.deepEqual(due, [])
    assert.ok(after.nextRunAt !== null && after.nextRunAt.getTime() > Date.now() - 5_000)
    assert.equal(after.runs, 0)
  })

  suite.test('13.52 missed times, skip: what is less than a minute late is not missed', async (f) => {
    const nextRunAt = new Date(Date.now() - 10_000)
    const { due } = await fire(await f.jobs(), { every: '1h', nextRunAt, missed: 'skip' })
    assert.deepEqual(due, [nextRunAt.getTime()])
  })

  suite.test('13.53 missed times, all: a job for each', async (f) => {
    const first = Date.now() - long
    const { after, due } = await fire(await f.jobs(), { every: '1m', nextRunAt: new Date(first), missed: 'all' })
    assert.deepEqual(
      due.slice(0, 10),
      Array.from({ length: 10 }, (_, i) => first + i * MINUTE),
    )
    assert.ok(due.length === 10 || due.length === 11)
    assert.deepEqual(after.nextRunAt, new Date(first + due.length * MINUTE))
    assert.equal(after.runs, due.length)
  })

  suite.test('13.54 missed times, all: a thousand at most, then on with the first match after now', async (f) => {
    const first = Date.now() - 2_000_000
    const { after, due } = await fire(await f.jobs(), { every: '1s', nextRunAt: new Date(first), missed: 'all' })
    assert.equal(new Set(due).size, due.length)
    assert.deepEqual(
      due.slice(0, 1_000),
      Array.from({ length: 1_000 }, (_, i) => first + i * 1_000),
    )
    assert.ok(due.length < 1_010 && (after.nextRunAt?.getTime() ?? 0) > Date.now() - 10_000)
  })

  suite.test('13.55 a first nextRunAt fires even where the rule does not match it', async (f) => {
    const nextRunAt = new Date(Date.now() - 1_000)
    const { due } = await fire(await f.jobs(), { cron: '0 0 29 2 *', nextRunAt })
    assert.deepEqual(due, [nextRunAt.getTime()])
  })

  suite.test('13.56 once: one job at its time, also where that has passed; then it has ended', async (f) => {
    const jobs = await f.jobs()
    const at = new Date(Date.now() - MINUTE)
    const { after, due } = await fire(jobs, { at })
    assert.deepEqual([due, after.nextRunAt, after.runs], [[at.getTime()], null, 1])
    // Registered again, at the next start of the application, it stays so.
    assert.equal((await jobs.schedules.upsert('s', { task: 't', at })).nextRunAt, null)
  })

  suite.test('13.57 not before start, not after end, not more often than limit', async (f) => {
    const jobs = await f.jobs()
    const start = new Date(Date.now() + 1_000_000)
    const begin = await jobs.schedules.upsert('start', { task: 't', every: '1m', start })
    assert.deepEqual(begin.nextRunAt, start)
    const cron = await jobs.schedules.upsert('cron', { task: 't', cron: '0 0 1 1 *', start: new Date('2100-06-01') })
    assert.deepEqual(cron.nextRunAt, new Date('2101-01-01'))
    const end = await jobs.schedules.upsert('end', { task: 't', cron: '0 0 1 1 *', end: new Date() })
    assert.equal(end.nextRunAt, null)
    const first = Date.now() - long
    const { after, due } = await fire(jobs, { every: '1m', nextRunAt: new Date(first), missed: 'all', limit: 3 })
    assert.deepEqual(due, [first, first + MINUTE, first + 2 * MINUTE])
    assert.deepEqual([after.nextRunAt, after.runs], [null, 3])
    assert.deepEqual(await jobs.schedules.next('s', 5), [])
  })

  suite.test('13.58 jitter: each job is due within it after its time, and not all at once', async (f) => {
    const first = Date.now() - long
    const { due } = await fire(await f.jobs(), {
      every: '10s',
      nextRunAt: new Date(first),
      missed: 'all',
      jitter: '5s',
    })
    const late = due.map((time) => (time - first) % 10_000)
    assert.ok(
      late.every((ms) => ms >= 0 && ms <= 5_000),
      late.join(),
    )
    assert.ok(new Set(late).size > 10)
  })

  suite.test('13.59 a due unique job that is alive counts as done', async (f) => {
    const jobs = await f.jobs()
    const first = Date.now() - long
    const { after, due } = await fire(jobs, {
      every: '1m',
      nextRunAt: new Date(first),
      missed: 'all',
      options: { unique: { key: 'one' } },
    })
    assert.deepEqual(due, [first])
    const [job] = await jobsOf(jobs, 's')
    assert.deepEqual([after.lastJob, after.runs >= 10], [job?.id, true])
    await inState(jobs, job?.id as string, 'queued')
  })

  suite.test('13.60 times that are near are met by a timer, not by the poll', async (f) => {
    const jobs = await f.jobs()
    await jobs.scheduler({ pollInterval: '1h' }).start()
    const at = new Date(Date.now() + 300)
    await jobs.schedules.upsert('s', { task: 't', every: 200, nextRunAt: at, missed: 'all', limit: 5 })
    await until('all have fired', async () => (await jobs.schedules.get('s'))?.runs === 5)
    const late = (await jobsOf(jobs, 's')).map((job) => job.createdAt.getTime() - job.dueAt.getTime())
    assert.ok((late.sort((a, b) => a - b)[2] as number) < 200, `late by ${late} ms`)
  })
}
