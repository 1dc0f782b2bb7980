import { defineTask, type Job } from '@jobs-worker/core'
import { describeWith } from '@jobs-worker/test-servers/vitest'
import { expect, test } from 'vitest'
import { command, onServer, type TestStore } from './harness'

const UUID = /^[0-9a-f-]{36}\n$/

const fails = defineTask({
  name: 'fails',
  maxAttempts: 1,
  run: () => {
    throw new Error('no such account')
  },
})
const works = defineTask({ name: 'works', run: () => 'done' })
const tasks = [fails, works]

function json<T>(text: string): T {
  return JSON.parse(text) as T
}

/** Runs all that is due. */
function drain(store: TestStore): Promise<void> {
  return store.use({ tasks }, (jobs) => jobs.worker({ queues: ['default', 'mail'] }).drain())
}

await describeWith('postgres', 'the commands', (serverUrl) => {
  const make = () => onServer(serverUrl)

  test('enqueue says the id, and stores what the options say', async () => {
    const store = await make()
    const at = await command(['enqueue', 'works', '{"a":1}', '--at', '2040-01-31T08:00:00Z', '--store', store.url])
    expect(at).toMatchObject({ code: 0, out: expect.stringMatching(UUID) })
    const rest = ['--queue', 'mail', '--priority', '-3', '--delay', '1h', '--unique-key', 'k', '--store', store.url]
    const first = await command(['enqueue', 'works', '-', ...rest], { input: '[1]' })
    const again = await command(['enqueue', 'works', ...rest, '--json'])
    expect(json(again.out)).toEqual({ id: first.out.trim(), task: 'works', queue: 'mail', deduplicated: true })

    await store.use({}, async (jobs) => {
      const absolute = await jobs.get(at.out.trim())
      expect(absolute).toMatchObject({ task: 'works', input: { a: 1 }, state: 'scheduled', queue: 'default' })
      expect(absolute?.dueAt).toEqual(new Date('2040-01-31T08:00:00Z'))
      const delayed = (await jobs.get(first.out.trim())) as Job
      expect(delayed).toMatchObject({ queue: 'mail', priority: -3, input: [1], uniqueKey: 'k', state: 'scheduled' })
      expect(delayed.dueAt.getTime() - delayed.createdAt.getTime()).toBeCloseTo(3_600_000, -3)
    })
  })

  test('jobs list: a table, or JSON, of those that the filters name', async () => {
    const store = await make()
    const ids = await store.use({ tasks }, async (jobs) => {
      const made = await jobs.enqueueMany(works, [undefined, undefined, undefined])
      await jobs.enqueue('other', 1, { queue: 'mail' })
      return made.map((job) => job.id)
    })
    const list = (...args: string[]) => command(['jobs', 'list', ...args, '--store', store.url])

    const rows = (await list('--task', 'works')).out.trimEnd().split('\n')
    expect(rows[0]).toMatch(/^ID +TASK +QUEUE +STATE +PRIORITY +ATTEMPT +DUE/)
    expect(rows.slice(1).map((row) => row.split(' ')[0])).toEqual(ids)

    const mail = json<Job[]>((await list('--queue', 'mail', '--state', 'queued', 'running', '--json')).out)
    expect(mail).toMatchObject([{ task: 'other', queue: 'mail', state: 'queued', input: 1 }])
    expect(json((await list('--state', 'failed', '--json')).out)).toEqual([])

    const bounded = await list('--limit', '2')
    expect(bounded.out.trimEnd().split('\n')).toHaveLength(3)
    expect(bounded.err).toContain('--all shows more')
    expect((await list('--all')).out.trimEnd().split('\n')).toHaveLength(5)
  })

  test('jobs show: all that is known, with errors as [ISO time] message', async () => {
    const store = await make()
    const id = await store.use({ tasks }, async (jobs) => (await jobs.enqueue(fails)).id)
    await drain(store)
    const shown = await command(['jobs', 'show', id, '--store', store.url])
    expect(shown.code).toBe(0)
    expect(shown.out).toMatch(/^state: +failed$/m)
    expect(shown.out).toMatch(/^ {2}\[\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\] no such account$/m)
    const object = json<Job>((await command(['jobs', 'show', id, '--json', '--store', store.url])).out)
    expect(object).toMatchObject({ id, state: 'failed', attempt: 1, errors: [{ message: 'no such account' }] })
  })

  test('jobs cancel, retry, promote, remove: by id, or all that a filter names', async () => {
    const store = await make()
    const { late, failed } = await store.use({ tasks }, async (jobs) => ({
      late: (await jobs.enqueue(works, undefined, { delay: '1h' })).id,
      failed: (await jobs.enqueueMany(fails, [undefined, undefined])).map((job) => job.id),
    }))
    await drain(store)
    const change = (...args: string[]) => command(['jobs', ...args, '--store', store.url])

    expect(await change('retry', failed[0] as string)).toMatchObject({ code: 0, out: `${failed[0]} retried\n` })
    expect((await change('retry', '--task', 'fails')).out).toBe('retried 1 job\n')
    expect((await change('promote', late)).out).toBe(`${late} promoted\n`)
    expect((await change('cancel', late)).out).toBe(`${late} cancelled\n`)
    expect(json((await change('cancel', '--queue', 'default', '--json')).out)).toEqual({ cancelled: 2 })
    expect((await change('remove', '--state', 'cancelled')).out).toBe('removed 3 jobs (3 cancelled)\n')
    await store.use({}, async (jobs) => expect((await jobs.list()).jobs).toEqual([]))
  })

  test('of many ids, the unknown ones are named, the others changed, and the exit code is 4', async () => {
    const store = await make()
    const id = await store.use({}, async (jobs) => (await jobs.enqueue('any')).id)
    const answer = await command(['jobs', 'cancel', 'nobody', id, '--store', store.url])
    expect(answer).toEqual({ code: 4, out: `${id} cancelled\n`, err: 'there is no job "nobody"\n' })
    expect((await command(['jobs', 'show', 'nobody', '--store', store.url])).code).toBe(4)
  })

  test('queues pause and resume; queues and stats tell what is there', async () => {
    const store = await make()
    await store.use({}, (jobs) => jobs.enqueue('any', undefined, { queue: 'mail' }))
    const on = (...args: string[]) => command([...args, '--store', store.url])
    expect((await on('queues', 'pause', 'mail')).out).toBe('mail paused\n')
    expect(json((await on('queues', '--json')).out)).toMatchObject([
      { name: 'mail', paused: true, counts: { queued: 1 } },
    ])
    expect((await on('queues')).out).toMatch(/^QUEUE +PAUSED +SCHEDULED +QUEUED[^\n]*\nmail +paused +0 +1 /)
    expect((await on('queues', 'resume', 'mail')).out).toBe('mail resumed\n')
    expect(json((await on('stats', '--json')).out)).toMatchObject({
      queues: [{ name: 'mail', paused: false }],
      workers: [],
      total: { queued: 1, completed: 0 },
    })
    expect((await on('stats')).out).toContain('0 workers')
  })

  test('migrate says what it did, once', async () => {
    const store = await make()
    const first = await command(['migrate', '--store', store.url])
    expect(first).toMatchObject({ code: 0, out: expect.stringContaining('version 1') })
    expect((await command(['migrate', '--store', store.url])).out).toBe('the schema is up to date\n')
    expect((await command(['migrate', '--json', '--store', store.url])).out).toBe('[]\n')
  })
})
