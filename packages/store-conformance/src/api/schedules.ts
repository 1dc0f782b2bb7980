import assert from 'node:assert/strict'
import { defineTask, type NamedScheduleOptions } from '@jobs-worker/core'
import { theirJob, withCode } from '../harness/expect'
import { recorder } from '../harness/logger'
import { jobsOf } from '../harness/schedules'
import { Signalled, until } from '../harness/wait'
import type { Suite } from '../suite'

const HOUR = 3_600_000

/** Rule 13 as users see it: registering, looking, changing. */
export function schedulesAsSeen(suite: Suite): void {
  suite.test('13.30 a schedule is registered, shown, listed and removed', async (f) => {
    const jobs = await f.jobs()
    const start = new Date(Date.now() - HOUR)
    const made = await jobs.schedules.upsert('nightly', {
      task: 'report',
      input: { day: 1 },
      cron: '0 3 * * *',
      tz: 'Europe/Zurich',
      start,
      limit: 9,
      jitter: '1s',
      missed: 'all',
      retryDelay: '1m',
      options: { queue: 'reports' },
    })
    assert.ok(made.nextRunAt !== null && made.nextRunAt > new Date())
    assert.deepEqual(
      { ...made, createdAt: null, nextRunAt: null },
      {
        ...{
          name: 'nightly',
          task: 'report',
          queue: 'reports',
          input: { day: 1 },
          active: true,
          start,
          end: null,
          limit: 9,
        },
        ...{
          rule: { cron: '0 3 * * *', tz: 'Europe/Zurich' },
          jitter: 1_000,
          missed: 'all',
          retryDelay: 60_000,
          runs: 0,
        },
        ...{ nextRunAt: null, lastRunAt: null, lastJob: null, createdAt: null },
      },
    )
    assert.deepEqual(await jobs.schedules.get('nightly'), made)
    await jobs.schedules.upsert('a', { task: 'report', every: '10s' })
    assert.deepEqual(
      (await jobs.schedules.list()).schedules.map(({ name }) => name),
      ['a', 'nightly'],
    )
    const page = await jobs.schedules.list({ limit: 1 })
    assert.deepEqual((await jobs.schedules.list({ limit: 1, cursor: page.cursor as string })).schedules, [made])
    assert.deepEqual(await jobs.schedules.remove('nightly'), made)
    assert.equal(await jobs.schedules.get('nightly'), null)
    const gone = [
      () => jobs.schedules.remove('nightly'),
      () => jobs.schedules.pause('nightly'),
      () => jobs.schedules.resume('nightly'),
      () => jobs.schedules.trigger('nightly'),
      () => jobs.schedules.reschedule('nightly'),
      () => jobs.schedules.next('nightly'),
    ]
    for (const call of gone) await assert.rejects(call(), withCode('JOBS_NOT_FOUND'))
  })

  suite.test('13.31 a worker runs what is due: the job has the schedule’s input, options and name', async (f) => {
    const log = recorder()
    const ran = new Signalled<{ input: unknown; priority: number; schedule: string | null; id: string }>()
    const task = defineTask({
      name: 'tick',
      run: (input: { n: number }, { job }) =>
        ran.give({ input, priority: job.priority, schedule: job.schedule, id: job.id }),
    })
    const jobs = await f.jobs({ tasks: [task], log })
    await jobs.schedules.upsert('pulse', { task, input: { n: 7 }, every: 100, options: { priority: 3 } })
    await jobs.worker().start()
    const { id, ...seen } = await ran.wait('a scheduled job')
    assert.deepEqual(seen, { input: { n: 7 }, priority: 3, schedule: 'pulse' })
    const { runs, lastJob, lastRunAt, nextRunAt } = await until('it has history', async () => {
      const schedule = await jobs.schedules.get('pulse')
      return schedule !== null && schedule.runs > 0 && schedule
    })
    assert.ok(runs > 0 && lastJob !== null && lastRunAt !== null && nextRunAt !== null && nextRunAt > lastRunAt)
    assert.ok(log.lines.includes(`info: schedule 'pulse' enqueued job ${id}`), log.lines.join('\n'))
  })

  suite.test('13.32 a scheduler needs no task; a worker told so starts none', async (f) => {
    const ran = new Signalled<string>()
    const task = defineTask({ name: 'apart', run: (_: undefined, { job }) => ran.give(job.id) })
    const working = await f.jobs({ tasks: [task] })
    const scheduling = await f.jobs()
    await working.worker({ scheduler: false }).start()
    await scheduling.schedules.upsert('apart', { task: 'apart', every: 100 })
    const overdue = async () => ((await working.schedules.get('apart'))?.nextRunAt?.getTime() ?? 0) < Date.now() - 250
    await until('it is due', overdue)
    assert.equal((await working.schedules.get('apart'))?.runs, 0)
    const scheduler = scheduling.scheduler({ pollInterval: 50 })
    assert.equal(scheduler.isScheduling, false)
    await scheduler.start()
    assert.equal(scheduler.isScheduling, true)
    assert.equal((await theirJob(working, await ran.wait('the job'))).schedule, 'apart')
    await scheduler.stop()
    assert.equal(scheduler.isScheduling, false)
    const { runs } = (await working.schedules.get('apart')) as { runs: number }
    await until('it is due again', overdue)
    assert.equal((await working.schedules.get('apart'))?.runs, runs)
  })

  suite.test(
    '13.33 a paused schedule makes no job; resumed it goes on with the next time, not with those that passed',
    async (f) => {
      const jobs = await f.jobs()
      const past = new Date(Date.now() - 10_000)
      await jobs.schedules.upsert('stopped', { task: 'any', cron: '0 0 1 1 *', nextRunAt: past, active: false })
      await jobs.schedules.upsert('going', { task: 'any', every: '1h', nextRunAt: past })
      await jobs.scheduler({ pollInterval: 20 }).start()
      await until('the other has fired', async () => (await jobs.schedules.get('going'))?.runs === 1)
      const paused = await jobs.schedules.pause('going')
      assert.deepEqual([paused.active, paused.runs], [false, 1])
      assert.deepEqual((await jobs.schedules.get('stopped'))?.nextRunAt, past)
      const resumed = await jobs.schedules.resume('stopped')
      assert.ok(resumed.active && resumed.nextRunAt !== null && resumed.nextRunAt > new Date())
      assert.equal((await jobsOf(jobs, 'stopped')).length, 0)
      // One whose time is still to come keeps it.
      assert.deepEqual((await jobs.schedules.resume('going')).nextRunAt, paused.nextRunAt)
    },
  )

  suite.test('13.34 trigger enqueues a job now, and leaves the schedule’s times as they are', async (f) => {
    const task = defineTask({ name: 'now', run: (n: number) => n * 2 })
    const jobs = await f.jobs({ tasks: [task] })
    const before = await jobs.schedules.upsert('yearly', { task, input: 21, cron: '0 0 1 1 *' })
    await jobs.worker({ scheduler: false }).start()
    const job = await jobs.schedules.trigger('yearly')
    assert.equal(await job.result(), 42)
    assert.equal((await theirJob(jobs, job.id)).schedule, 'yearly')
    assert.deepEqual(await jobs.schedules.get('yearly'), before)
  })

  suite.test('13.35 reschedule computes nextRunAt anew, of one and of all', async (f) => {
    const jobs = await f.jobs()
    const far = new Date(Date.now() + 1_000 * HOUR)
    const names = ['a', 'b', 'c']
    for (const name of names) await jobs.schedules.upsert(name, { task: 't', cron: '* * * * *', nextRunAt: far })
    const soon = (date: Date | null | undefined) => date != null && date.getTime() <= Date.now() + 60_000
    assert.ok(soon((await jobs.schedules.reschedule('b')).nextRunAt))
    assert.deepEqual((await jobs.schedules.get('a'))?.nextRunAt, far)
    assert.equal(await jobs.schedules.reschedule(), 3)
    for (const name of names) assert.ok(soon((await jobs.schedules.get(name))?.nextRunAt))
  })

  suite.test('13.36 next answers the stored time first, and what follows it', async (f) => {
    const jobs = await f.jobs()
    const nextRunAt = new Date('2100-03-01T12:00:00Z')
    await jobs.schedules.upsert('daily', { task: 't', cron: '30 2 * * *', tz: 'Europe/Zurich', nextRunAt, limit: 3 })
    assert.deepEqual(await jobs.schedules.next('daily'), [nextRunAt])
    assert.deepEqual(
      (await jobs.schedules.next('daily', 9)).map((date) => date.toISOString()),
      ['2100-03-01T12:00:00.000Z', '2100-03-02T01:30:00.000Z', '2100-03-03T01:30:00.000Z'],
    )
  })

  suite.test('13.37 registering again changes no job that is there', async (f) => {
    const jobs = await f.jobs()
    const options = { task: 't', input: 1, every: '1h', nextRunAt: new Date() } as const
    await jobs.schedules.upsert('s', options)
    await jobs.scheduler({ pollInterval: 20 }).start()
    const fired = await until('it fires', async () => {
      const schedule = await jobs.schedules.get('s')
      return schedule?.runs === 1 && schedule
    })
    const again = await jobs.schedules.upsert('s', { ...options, input: 2 })
    assert.deepEqual({ ...again, input: 1 }, fired)
    assert.equal((await theirJob(jobs, fired.lastJob as string)).input, 1)
    const moved = await jobs.schedules.upsert('s', { task: 't', input: 2, every: '2h' })
    assert.ok((moved.nextRunAt?.getTime() ?? 0) > Date.now() + 1.9 * HOUR)
    assert.deepEqual([moved.runs, moved.lastJob], [1, fired.lastJob])
  })

  const date = new Date('2030-01-01')
  const bad: readonly (readonly [what: string, options: Partial<NamedScheduleOptions>, message: RegExp])[] = [
    [
      'a cron that can never fire',
      { cron: '0 0 31 2 *' },
      /schedule "x"\.cron: expected a cron pattern that can match, got "0 0 31 2 \*"/,
    ],
    ['a cron that is none', { cron: 'often' }, /schedule "x"\.cron: expected a cron pattern.*got "often"/],
    [
      'an unknown zone',
      { cron: '* * * * *', tz: 'Mars/Base' },
      /schedule "x"\.tz: expected an IANA time zone.*got "Mars\/Base"/,
    ],
    [
      'day 31 in February alone',
      { calendar: { month: [2], dayOfMonth: [31] } },
      /schedule "x"\.calendar: expected a calendar that can match/,
    ],
    ['every under 100 ms', { every: 99 }, /schedule "x"\.every: expected a duration of at least 100ms, got 99/],
    [
      'an end before the start',
      { every: '1s', start: date, end: new Date(0) },
      /schedule "x"\.end: expected a time not before start \(2030-01-01/,
    ],
    ['no rule', {}, /schedule "x": expected one of `cron`, `calendar`, `every`, `at`/],
    ['two rules', { every: '1s', at: date }, /schedule "x": expected one of/],
    ['a limit of nothing', { every: '1s', limit: 0 }, /schedule "x"\.limit: expected a whole number from 1/],
    ['a bad jitter', { every: '1s', jitter: 'some' }, /schedule "x"\.jitter: expected a duration/],
    [
      'an unknown way with missed times',
      { every: '1s', missed: 'few' as 'one' },
      /schedule "x"\.missed: expected 'one', 'skip' or 'all', got "few"/,
    ],
    [
      'a retryDelay of nothing',
      { every: '1s', retryDelay: 0 },
      /schedule "x"\.retryDelay: expected a duration from 100ms to 1h/,
    ],
    [
      'a nextRunAt that is no date',
      { every: '1s', nextRunAt: 'soon' as unknown as Date },
      /schedule "x"\.nextRunAt: expected a Date, got "soon"/,
    ],
    [
      'an option that is none',
      { every: '1s', evry: 1 } as Partial<NamedScheduleOptions>,
      /schedule "x"\.evry: expected one of/,
    ],
    [
      'a delay for its jobs',
      { every: '1s', options: { delay: 1 } as object },
      /schedule "x"\.options\.delay: expected no such option/,
    ],
    ['a priority out of range', { every: '1s', options: { priority: 40_000 } }, /options\.priority: expected/],
    ['input that is not JSON', { every: '1s', input: () => 1 }, /input: expected a value that JSON can hold/],
  ]
  for (const [what, options, message] of bad) {
    suite.test(`13.38 refused where it enters: ${what}`, async (f) => {
      const jobs = await f.jobs()
      await assert.rejects(jobs.schedules.upsert('x', { task: 't', ...options }), (error: Error) => {
        withCode('JOBS_INVALID')(error)
        assert.match(error.message, message)
        return true
      })
      assert.equal(await jobs.schedules.get('x'), null)
    })
  }

  suite.test('13.39 refused where it enters: bad names, pages and counts', async (f) => {
    const jobs = await f.jobs()
    const calls = [
      () => jobs.schedules.upsert('', { task: 't', every: '1s' }),
      () => jobs.schedules.upsert('x'.repeat(201), { task: 't', every: '1s' }),
      () => jobs.schedules.upsert('a\0b', { task: 't', every: '1s' }),
      () => jobs.schedules.upsert('x', { task: '', every: '1s' }),
      () => jobs.schedules.get(''),
      () => jobs.schedules.list({ limit: 0 }),
      () => jobs.schedules.next('x', 0),
      async () => jobs.scheduler({ pollInterval: 1 }),
      async () => jobs.worker({ scheduler: 'no' as unknown as boolean }),
    ]
    for (const call of calls) await assert.rejects(call(), withCode('JOBS_INVALID'))
  })
}
