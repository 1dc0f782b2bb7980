import { fileURLToPath } from 'node:url'
import { describeWith } from '@jobs-worker/test-servers/vitest'
import { expect, test } from 'vitest'
import { command, onServer, program, scratch } from './harness'

const TASKS = fileURLToPath(new URL('./fixtures/tasks.ts', import.meta.url))
/** A program of TypeScript takes its time to start on a busy machine. */
const SLOW = 120_000

await describeWith('postgres', 'schedules', (serverUrl) => {
  async function onStore() {
    const store = await onServer(serverUrl)
    const schedules = (...args: string[]) => command(['schedules', ...args, '--store', store.url])
    return { store, schedules }
  }

  test('add stores what the options say, list and next show it', async () => {
    const { schedules } = await onStore()
    const rule = ['--cron', '0 3 * * *', '--tz', 'Europe/Zurich', '--missed', 'all', '--jitter', '2s', '--limit', '5']
    const rest = ['--start', '2040-07-01T00:00:00Z', '--end', '2041-01-01', '--retry-delay', '1m', '--queue', 'reports']
    const added = await schedules('add', 'nightly', 'report', '{"day":1}', ...rule, ...rest, '--priority', '3')
    expect(added).toEqual({ code: 0, out: 'nightly added, next 2040-07-01T01:00:00.000Z\n', err: '' })
    await schedules('add', 'pulse', 'tick', '--every', '10s', '--inactive')
    await schedules('add', 'odd', 'tick', '--calendar', '{"hour":[2,13]}', '--next-run-at', '2040-01-01T00:00:07Z')
    await schedules('add', 'party', 'tick', '--at', '2040-01-01T00:00:00Z', '--unique-key', 'k')

    const rows = (await schedules()).out.trimEnd().split('\n')
    expect(rows[0]).toMatch(/^NAME +TASK +QUEUE +RULE +ACTIVE +NEXT +LAST +RUNS$/)
    expect(rows.slice(1).map((row) => row.split(/ {2,}/).slice(0, 4))).toEqual([
      ['nightly', 'report', 'reports', '0 3 * * * Europe/Zurich'],
      ['odd', 'tick', 'default', '{"hour":[2,13]}'],
      ['party', 'tick', 'default', 'once 2040-01-01T00:00:00.000Z'],
      ['pulse', 'tick', 'default', 'every 10000ms'],
    ])
    expect(rows[4]).toContain('paused')
    const [nightly] = JSON.parse((await schedules('list', '--json')).out)
    expect(nightly).toMatchObject({ input: { day: 1 }, jitter: 2_000, missed: 'all', limit: 5, retryDelay: 60_000 })
    expect((await schedules('next', 'nightly', '--count', '2')).out).toBe(
      '2040-07-01T01:00:00.000Z\n2040-07-02T01:00:00.000Z\n',
    )
    expect(JSON.parse((await schedules('next', 'odd', '--json')).out)).toEqual(['2040-01-01T00:00:07.000Z'])
  })

  test('pause, resume, trigger, reschedule and remove', async () => {
    const { store, schedules } = await onStore()
    for (const name of ['a', 'b']) {
      await schedules('add', name, 'tick', '--every', '1h', '--next-run-at', '2040-01-01T00:00:00Z')
    }
    expect((await schedules('pause', 'a', 'b')).out).toBe('a paused\nb paused\n')
    expect((await schedules('resume', 'a')).out).toBe('a resumed, next 2040-01-01T00:00:00.000Z\n')
    expect(JSON.parse((await schedules('resume', 'b', '--json')).out)).toMatchObject({ name: 'b', active: true })
    const id = (await schedules('trigger', 'a')).out.trim()
    await store.use({}, async (jobs) => expect(await jobs.get(id)).toMatchObject({ schedule: 'a', task: 'tick' }))
    expect((await schedules('reschedule', 'a')).out).toMatch(/^a rescheduled, next 20[23]/)
    expect((await schedules('reschedule', '--all')).out).toBe('rescheduled 2\n')
    expect((await schedules('remove', 'a')).out).toBe('a removed\n')
    for (const verb of ['pause', 'resume', 'trigger', 'reschedule', 'remove', 'next']) {
      expect(await schedules(verb, 'a')).toMatchObject({ code: 4, err: 'jobs-worker: there is no schedule "a"\n' })
    }
  })

  test('what cannot be is a usage error', async () => {
    const { schedules } = await onStore()
    const bad: [args: string[], message: string][] = [
      [['add', 'x', 't'], 'expected one of `cron`, `calendar`, `every`, `at`'],
      [['add', 'x', 't', '--cron', '0 0 31 2 *'], 'expected a cron pattern that can match'],
      [['add', 'x', 't', '--calendar', '{'], '--calendar: expected JSON'],
      [['add', 'x', 't', '--every', 'often'], '--every: expected a duration'],
      [['add', 'x', 't', '--every', '1s', '--missed', 'some'], '--missed: expected one of one, skip, all'],
      [['reschedule'], 'which schedules? Give names, or --all'],
      [['next', 'x', '--count', '0'], '--count: expected a whole number'],
    ]
    for (const [args, message] of bad) {
      expect(await schedules(...args)).toMatchObject({ code: 2, err: expect.stringContaining(message) })
    }
  })

  test('a scheduler in a process of its own, and a worker that starts none', { timeout: SLOW }, async () => {
    const store = await onServer(serverUrl)
    await command(['schedules', 'add', 'pulse', 'wait', '1', '--every', '100ms', '--store', store.url])
    const cwd = scratch()
    const worker = program(['--store', store.url, '--tasks', TASKS, '--no-scheduler', '--pid', 'W'], { cwd })
    await worker.line("worker 'W' started")
    await store.use({}, async (jobs) => expect((await jobs.schedules.get('pulse'))?.runs).toBe(0))
    const scheduler = program(['scheduler', '--store', store.url, '--poll-interval', '50ms'], { cwd })
    await scheduler.line('scheduler started')
    const line = await scheduler.line("schedule 'pulse' enqueued job")
    await worker.line(`worker 'W' processing job ${line.split(' ').at(-1)}`)
    expect(await scheduler.kill('SIGTERM')).toEqual({ code: 0, signal: null })
    expect(scheduler.lines.at(-1)).toMatch(/ info {2}scheduler stopped$/)
    expect(scheduler.errors).toBe('')
    expect(worker.lines.some((text) => text.includes('scheduler'))).toBe(false)
  })
})
