import { describe, expect, it } from 'vitest'
import { createJobs, defineTask, type Jobs, type Logger, memoryStore } from '../../src'

/** A store whose clock the test sets. */
function at(start: string) {
  const clock = { now: Date.parse(start) }
  const store = memoryStore({ now: () => clock.now })
  return {
    clock,
    store,
    set(time: string | number) {
      clock.now = typeof time === 'number' ? time : Date.parse(time)
    },
  }
}

/** Lets a scheduler do all that is due. */
async function schedule(jobs: Jobs): Promise<void> {
  const scheduler = jobs.scheduler()
  await scheduler.start()
  await scheduler.stop()
}

async function dueTimes(jobs: Jobs): Promise<string[]> {
  return (await jobs.list()).jobs.map((job) => job.dueAt.toISOString().slice(0, 16)).sort()
}

const nextOf = async (jobs: Jobs, name = 'item') =>
  (await jobs.schedules.get(name))?.nextRunAt?.toISOString().slice(0, 16)

describe('the remote processor on MongoDB', () => {
  it('a cron item without a given time does nothing now and stores its next match', async () => {
    const { store } = at('1970-01-01T00:03Z')
    await using jobs = createJobs({ store })
    await jobs.schedules.upsert('item', { task: 't', calendar: { minute: [0, 10] } })
    await schedule(jobs)
    expect(await dueTimes(jobs)).toEqual([])
    expect(await nextOf(jobs)).toBe('1970-01-01T00:10')
  })

  it('a cron item with minute [5] and a given 00:00 fires at 00:00', async () => {
    const { store, set } = at('1970-01-01T00:00Z')
    await using jobs = createJobs({ store })
    const nextRunAt = new Date('1970-01-01T00:00Z')
    await jobs.schedules.upsert('item', { task: 't', calendar: { minute: [5] }, nextRunAt })
    await schedule(jobs)
    expect(await dueTimes(jobs)).toEqual(['1970-01-01T00:00'])
    expect(await nextOf(jobs)).toBe('1970-01-01T00:05')
    set('1970-01-01T00:05Z')
    await schedule(jobs)
    expect(await dueTimes(jobs)).toEqual(['1970-01-01T00:00', '1970-01-01T00:05'])
  })

  it('a cron item stored for 01-02 and asked on 01-13 with days [2,12,21,30] gives 01-02 once and stores 01-21', async () => {
    const { store, set } = at('1970-01-01T00:03Z')
    await using jobs = createJobs({ store })
    await jobs.schedules.upsert('item', { task: 't', calendar: { dayOfMonth: [2, 12, 21, 30] } })
    expect(await nextOf(jobs)).toBe('1970-01-02T00:00')
    set('1970-01-13T00:03Z')
    await schedule(jobs)
    await schedule(jobs)
    expect(await dueTimes(jobs)).toEqual(['1970-01-02T00:00'])
    expect(await nextOf(jobs)).toBe('1970-01-21T00:00')
  })

  it('a delay item due at +10 with retryDelay 5: refused before, taken at +10, not before +15, and again at +15', async () => {
    const { store, set } = at('1970-01-01T00:00Z')
    await using jobs = createJobs({ store })
    await jobs.schedules.upsert('item', { task: 't', every: '10s', retryDelay: '5s' })
    const taken = async (time: number) => {
      set(time)
      return (await store.schedules.take(10, 1_000)).due.map(({ nextRunAt }) => nextRunAt)
    }
    expect(await taken(9_999)).toEqual([])
    expect(await taken(10_000)).toEqual([10_000])
    expect(await taken(14_999)).toEqual([])
    // Its next time stays until the job is there.
    expect((await jobs.schedules.get('item'))?.nextRunAt).toEqual(new Date(10_000))
    expect(await taken(15_000)).toEqual([10_000])
    set(20_000)
    await schedule(jobs)
    expect((await jobs.list()).jobs.map((job) => job.dueAt)).toEqual([new Date(10_000)])
    expect((await jobs.schedules.get('item'))?.nextRunAt).toEqual(new Date(30_000))
  })

  it('an item with active off makes no job', async () => {
    const { store, set } = at('1970-01-01T00:00Z')
    await using jobs = createJobs({ store })
    await jobs.schedules.upsert('item', { task: 't', every: '10s', active: false })
    set(60_000)
    await schedule(jobs)
    expect(await dueTimes(jobs)).toEqual([])
    await jobs.schedules.resume('item')
    set(70_000)
    await schedule(jobs)
    expect(await dueTimes(jobs)).toEqual(['1970-01-01T00:01'])
  })

  it('reschedule of one and of all', async () => {
    const { store, set } = at('1970-01-01T00:00Z')
    await using jobs = createJobs({ store })
    for (const name of ['a', 'b']) await jobs.schedules.upsert(name, { task: 't', calendar: { hour: [4] } })
    set('1970-01-03T12:00Z')
    expect((await jobs.schedules.reschedule('a')).nextRunAt).toEqual(new Date('1970-01-04T04:00Z'))
    expect(await nextOf(jobs, 'b')).toBe('1970-01-01T04:00')
    expect(await jobs.schedules.reschedule()).toBe(2)
    expect(await nextOf(jobs, 'b')).toBe('1970-01-04T04:00')
    await schedule(jobs)
    expect(await dueTimes(jobs)).toEqual([])
  })

  it('the next time is cached: asking again before it is due answers the same', async () => {
    const { store, set } = at('1970-01-01T00:03Z')
    await using jobs = createJobs({ store })
    await jobs.schedules.upsert('item', { task: 't', calendar: { month: [1, 2, 5, 12] } })
    const first = await jobs.schedules.next('item')
    set('1970-01-20T11:11Z')
    expect(await jobs.schedules.next('item')).toEqual(first)
    expect(first).toEqual([new Date('1970-02-01T00:03Z')])
  })

  it('isProcessing and isScheduling are false before start, true after it, false after stop', async () => {
    await using jobs = createJobs({ store: memoryStore() })
    const [worker, scheduler] = [jobs.worker(), jobs.scheduler()]
    expect([worker.isRunning, scheduler.isScheduling]).toEqual([false, false])
    await Promise.all([worker.start(), scheduler.start()])
    expect([worker.isRunning, scheduler.isScheduling]).toEqual([true, true])
    await Promise.all([worker.stop(), scheduler.stop()])
    expect([worker.isRunning, scheduler.isScheduling]).toEqual([false, false])
    await scheduler.start()
    expect(scheduler.isScheduling).toBe(true)
  })

  it('processor and scheduler in separate applications', async () => {
    const store = memoryStore()
    const task = defineTask({ name: 'greet', run: (name: string) => `hello ${name}` })
    await using processor = createJobs({ store, tasks: [task] })
    await using scheduler = createJobs({ store })
    await scheduler.schedules.upsert('item', { task: 'greet', input: 'you', at: new Date(0) })
    await schedule(scheduler)
    const worker = processor.worker({ scheduler: false })
    expect(await worker.processNext()).toBe(true)
    expect((await processor.list()).jobs[0]).toMatchObject({ result: 'hello you', schedule: 'item' })
  })

  it('log lines of start, job and stop', async () => {
    const lines: string[] = []
    const log: Logger = { debug() {}, info: (line) => lines.push(line), warn() {}, error() {} }
    await using jobs = createJobs({ store: memoryStore(), log })
    await jobs.schedules.upsert('item', { task: 't', at: new Date(0) })
    await schedule(jobs)
    const { lastJob } = (await jobs.schedules.get('item')) as { lastJob: string }
    expect(lines).toEqual(['scheduler started', `schedule 'item' enqueued job ${lastJob}`, 'scheduler stopped'])
  })
})
