import { fileURLToPath } from 'node:url'
import { FaultProxy } from '@jobs-worker/test-servers'
import { describeWith } from '@jobs-worker/test-servers/vitest'
import { expect, test } from 'vitest'
import { embedded, jobOf, onServer, program, scratch } from './harness'

const TASKS = fileURLToPath(new URL('./fixtures/tasks.ts', import.meta.url))
/** A program of TypeScript takes its time to start on a busy machine. */
const SLOW = 120_000
/** Two signals nearer to each other are one. */
const APART = 150

const apart = () => new Promise((resolve) => setTimeout(resolve, APART))

await describeWith('postgres', 'work', (serverUrl) => {
  test('runs jobs, tells what it does, and drains on SIGTERM', { timeout: SLOW }, async () => {
    const store = await onServer(serverUrl)
    const worker = program(['--store', store.url, '--tasks', TASKS, '--pid', 'W'], { cwd: scratch() })
    expect(await worker.line('started')).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z info {2}worker 'W' started$/)
    await store.use({}, async (jobs) => {
      const job = await jobs.enqueue('greet', { name: 'you' })
      expect(await job.result({ timeout: '30s' })).toBe('good day, you')
      expect(await worker.line(`worker 'W' processing job ${job.id}`)).toBeTruthy()

      const running = await jobs.enqueue('wait', 1_500)
      await worker.line(`processing job ${running.id}`)
      expect(await worker.kill('SIGTERM')).toEqual({ code: 0, signal: null })
      expect((await jobs.get(running.id))?.state).toBe('completed')
    })
    expect(worker.lines.at(-1)).toMatch(/ info {2}worker 'W' stopped$/)
    expect(worker.errors).toBe('')
  })

  test('a second signal aborts what runs: it goes back to its queue', { timeout: SLOW }, async () => {
    const store = await onServer(serverUrl)
    const worker = program(['--store', store.url, '--tasks', TASKS], { cwd: scratch() })
    await store.use({}, async (jobs) => {
      const job = await jobs.enqueue('endless')
      await worker.line('processing job')
      process.kill(worker.pid, 'SIGINT')
      await apart()
      expect(worker.lines).not.toContain('endless was aborted')
      process.kill(worker.pid, 'SIGINT')
      expect(await worker.exited).toEqual({ code: 0, signal: null })
      expect(worker.lines).toContain('endless was aborted')
      expect(await jobs.get(job.id)).toMatchObject({ state: 'queued', attempt: 0 })
    })
  })

  test('a third signal ends it at once', { timeout: SLOW }, async () => {
    const store = await onServer(serverUrl)
    const worker = program(['--store', store.url, '--tasks', TASKS], { cwd: scratch() })
    await store.use({}, async (jobs) => {
      await jobs.enqueue('deaf')
      await worker.line('processing job')
      process.kill(worker.pid, 'SIGTERM')
      await apart()
      process.kill(worker.pid, 'SIGTERM')
      await apart()
      const asked = performance.now()
      expect(await worker.kill('SIGTERM')).toEqual({ code: 1, signal: null })
      expect(performance.now() - asked).toBeLessThan(5_000)
    })
  })

  test('--stop-timeout aborts what outlasts it', { timeout: SLOW }, async () => {
    const store = await onServer(serverUrl)
    const worker = program(['--store', store.url, '--tasks', TASKS, '--stop-timeout', '50ms'], { cwd: scratch() })
    await store.use({}, (jobs) => jobs.enqueue('endless'))
    await worker.line('processing job')
    expect(await worker.kill('SIGTERM')).toEqual({ code: 0, signal: null })
    expect(worker.lines).toContain('endless was aborted')
  })

  test('finds tasks, config and variables by itself; lines are JSON if asked', { timeout: SLOW }, async () => {
    const store = await onServer(serverUrl)
    const cwd = scratch({
      'tasks/one.ts': `export { greet } from ${JSON.stringify(TASKS)}`,
      'tasks/more/two.mjs': 'export const helper = 1',
      'tasks/one.test.ts': 'throw new Error("tests are not loaded")',
      'jobs.config.ts':
        "const config: object = { serve: ['mail'], logFormat: 'json', pid: 'C' }\nexport default config",
    })
    const worker = program([], { cwd, env: { JOBS_STORE: store.url, JOBS_PID: 'V', JOBS_DELETE_COMPLETED: '1' } })
    expect(JSON.parse(await worker.line('started'))).toMatchObject({ level: 30, msg: "worker 'V' started" })
    await store.use({}, async (jobs) => {
      const job = await jobs.enqueue('greet', { name: 'you' }, { queue: 'mail' })
      await worker.line(job.id)
      await worker.kill('SIGTERM')
      expect(await jobs.get(job.id)).toBeNull()
    })
  })

  test.each([1, 2])('--threads %i: so many threads run isolated tasks', { timeout: SLOW }, async (threads) => {
    const store = await onServer(serverUrl)
    const worker = program(['--store', store.url, '--tasks', TASKS, '--threads', String(threads)], { cwd: scratch() })
    await store.use({}, async (jobs) => {
      const all = await jobs.enqueueMany('isolated', Array(6).fill(50))
      const ids = await Promise.all(all.map((job) => job.result({ timeout: '60s' })))
      expect(ids).not.toContain(null)
      expect(new Set(ids).size).toBe(threads)
    })
    expect(await worker.kill('SIGTERM')).toEqual({ code: 0, signal: null })
  })

  test('stats --watch tells again and again, until interrupted', { timeout: SLOW }, async () => {
    const store = await onServer(serverUrl)
    const args = ['stats', '--watch', '--interval', '50ms', '--json', '--store', store.url]
    const stats = program(args, { cwd: scratch() })
    await stats.line('"queued":0')
    await store.use({}, (jobs) => jobs.enqueue('any'))
    expect(JSON.parse(await stats.line('"queued":1'))).toMatchObject({ queues: [{ name: 'default' }], workers: [] })
    expect(await stats.kill('SIGINT')).toEqual({ code: 0, signal: null })
  })

  test('a listing of any length comes page by page', { timeout: SLOW }, async () => {
    const store = await onServer(serverUrl)
    await store.use({}, (jobs) => jobs.enqueueMany('any', Array(2_500).fill(null)))
    const list = program(['jobs', 'list', '--all', '--json', '--store', store.url], { cwd: scratch() })
    expect((await list.exited).code).toBe(0)
    expect(JSON.parse(list.lines.join('\n'))).toHaveLength(2_500)
  })

  test('a database that is not there is waited for, with a readable line', { timeout: SLOW }, async () => {
    const store = await onServer(serverUrl)
    await using proxy = await FaultProxy.start(store.url)
    proxy.refuse()
    const url = proxy.url.replace('postgres@', 'postgres:hidden@')
    const worker = program(['--store', url, '--tasks', TASKS, '--pid', 'W'], { cwd: scratch() })
    const line = await worker.line('is not reachable, trying again in 0.5s')
    expect(line).toContain(`warn  store ${url.replace('hidden', '***')} is not reachable`)
    await worker.line('trying again in 1s')
    proxy.restore()
    await worker.line("worker 'W' started")
    expect(await worker.kill('SIGTERM')).toEqual({ code: 0, signal: null })
  })

  test('and can be stopped while it waits', { timeout: SLOW }, async () => {
    await using proxy = await FaultProxy.start(serverUrl)
    proxy.refuse()
    const worker = program(['--store', proxy.url, '--tasks', TASKS], { cwd: scratch() })
    await worker.line('is not reachable')
    expect(await worker.kill('SIGTERM')).toEqual({ code: 0, signal: null })
  })

  test('--no-wait: exit code 3', { timeout: SLOW }, async () => {
    await using proxy = await FaultProxy.start(serverUrl)
    proxy.refuse()
    const worker = program(['--store', proxy.url, '--tasks', TASKS, '--no-wait'], { cwd: scratch() })
    expect((await worker.exited).code).toBe(3)
    expect(worker.errors).toMatch(/^jobs-worker: postgres store: /)
  })

  test('an id that a live worker has is refused', { timeout: SLOW }, async () => {
    const store = await onServer(serverUrl)
    await store.use({}, async (jobs) => {
      await jobs.worker({ id: 'W' }).start()
      const worker = program(['--store', store.url, '--tasks', TASKS, '--pid', 'W'], { cwd: scratch() })
      expect((await worker.exited).code).toBe(1)
      expect(worker.errors).toContain('worker "W" runs already')
    })
  })
})

test('works on the embedded database', { timeout: SLOW }, async () => {
  const store = embedded()
  const job = await store.use({}, (jobs) => jobs.enqueue('greet', { name: 'you' }))
  const worker = program(['work', '--store', store.url, '--tasks', TASKS], { cwd: scratch() })
  expect(jobOf(await worker.line('processing job'))).toBe(job.id)
  expect(await worker.kill('SIGTERM')).toEqual({ code: 0, signal: null })
  expect(await store.use({}, (jobs) => jobs.result(job.id))).toBe('good day, you')
})

test('on a store of one process, --max-jobs-per-worker replaces the worker in it', { timeout: SLOW }, async () => {
  const store = embedded()
  await store.use({}, (jobs) => jobs.enqueueMany('whoami', [0, 1, 2]))
  const args = ['--store', store.url, '--tasks', TASKS, '--max-jobs-per-worker', '2', '--pid', 'W']
  const worker = program(args, { cwd: scratch() })
  await worker.line("worker 'W' stopped")
  await expect
    .poll(() => worker.lines.filter((line) => line.includes('processing job')).length, { timeout: 20_000 })
    .toBe(3)
  expect(worker.lines.filter((line) => line.includes("'W' started"))).toHaveLength(2)
})
