import { fileURLToPath } from 'node:url'
import type { ChildProgram } from '@jobs-worker/test-servers'
import { describeWith } from '@jobs-worker/test-servers/vitest'
import { expect, test } from 'vitest'
import { onServer, program, scratch } from './harness'

const TASKS = fileURLToPath(new URL('./fixtures/tasks.ts', import.meta.url))
/** Programs of TypeScript take their time to start on a busy machine. */
const SLOW = 120_000

await describeWith('postgres', 'work in several processes', (serverUrl) => {
  test('--workers 2: ID/1 and ID/2, each in a process of its own, and one signal ends all', {
    timeout: SLOW,
  }, async () => {
    const store = await onServer(serverUrl)
    const args = ['--store', store.url, '--tasks', TASKS, '--pid', 'W', '--workers', '2']
    const work = program(args, { cwd: scratch() })
    await work.line("worker 'W/1' started")
    await work.line("worker 'W/2' started")
    const pids = await store.use({}, async (jobs) => {
      const workers = await jobs.workers()
      const running = await jobs.enqueue('wait', 1_000)
      await work.line(running.id)
      expect(await work.kill('SIGTERM')).toEqual({ code: 0, signal: null })
      expect((await jobs.get(running.id))?.state).toBe('completed')
      return workers.map(({ pid }) => pid)
    })
    expect(new Set([...pids, work.pid]).size).toBe(3)
    await work.line("worker 'W/1' stopped")
    await work.line("worker 'W/2' stopped")
    expect(work.errors).toBe('')
  })

  test('a second signal aborts in every process', { timeout: SLOW }, async () => {
    const store = await onServer(serverUrl)
    const args = ['--store', store.url, '--tasks', TASKS, '--workers', '2', '--concurrency', '1']
    const work = program(args, { cwd: scratch() })
    await store.use({}, async (jobs) => {
      const endless = await jobs.enqueueMany('endless', [0, 1])
      for (const job of endless) await work.line(job.id)
      process.kill(work.pid, 'SIGTERM')
      await new Promise((resolve) => setTimeout(resolve, 150))
      expect(await work.kill('SIGTERM')).toEqual({ code: 0, signal: null })
      for (const job of endless) expect(await jobs.get(job.id)).toMatchObject({ state: 'queued', attempt: 0 })
    })
  })

  test('a process that crashes is replaced, and its successor runs the job again', { timeout: SLOW }, async () => {
    const store = await onServer(serverUrl)
    const args = ['--store', store.url, '--tasks', TASKS, '--pid', 'W', '--workers', '2', '--concurrency', '1']
    const work = program(args, { cwd: scratch() })
    await work.line("worker 'W/2' started")
    await store.use({}, async (jobs) => {
      const job = await jobs.enqueue('crash')
      expect(await job.result({ timeout: '60s' })).toBe('survived')
    })
    expect(await work.line('ended unexpectedly')).toMatch(
      /worker 'W\/[12]' ended unexpectedly \(SIGKILL\), starting again in 0.5s/,
    )
    expect(await work.kill('SIGTERM')).toEqual({ code: 0, signal: null })
  })

  test('--max-jobs-per-worker replaces the process after so many jobs', { timeout: SLOW }, async () => {
    const store = await onServer(serverUrl)
    const args = ['--store', store.url, '--tasks', TASKS, '--pid', 'W', '--max-jobs-per-worker', '2']
    const work = program(args, { cwd: scratch() })
    const pids = await store.use({}, async (jobs) => {
      const asked = await jobs.enqueueMany('whoami', [0, 1, 2])
      return Promise.all(asked.map((job) => job.result({ timeout: '60s' })))
    })
    expect(pids[0]).toBe(pids[1])
    expect(pids[2]).not.toBe(pids[0])
    expect(await work.line('another process')).toContain("worker 'W' has run 2 jobs: another process takes its place")
    expect(await work.kill('SIGTERM')).toEqual({ code: 0, signal: null })
  })

  test('a queue that names workers in the config has processes of its own', { timeout: SLOW }, async () => {
    const store = await onServer(serverUrl)
    const config = `export default { store: ${JSON.stringify(store.url)}, queues: { slow: { workers: 1, concurrency: 1 } } }`
    const work = program(['--tasks', TASKS, '--pid', 'W'], { cwd: scratch({ 'jobs.config.mjs': config }) })
    await work.line("worker 'W' started")
    await work.line("worker 'W/slow' started")
    await store.use({}, async (jobs) => {
      const served = (await jobs.workers()).map(({ id, queues }) => `${id}: ${queues}`)
      expect(served.sort()).toEqual(['W/slow: slow', 'W: default'])
    })
    await work.kill('SIGTERM')
  })

  test('what is wrong at the start is said once, and its exit code is that of all', { timeout: SLOW }, async () => {
    const cwd = scratch({ 'jobs.tasks.ts': 'throw new Error("not today")' })
    const work = program(['--store', serverUrl, '--workers', '3'], { cwd })
    expect((await work.exited).code).toBe(2)
    expect(occurrences(work, 'jobs.tasks.ts cannot be loaded: Error: not today')).toBe(1)
  })

  test('when the supervisor is killed, its processes drain by themselves', { timeout: SLOW }, async () => {
    const store = await onServer(serverUrl)
    const args = ['--store', store.url, '--tasks', TASKS, '--workers', '2']
    const work = program(args, { cwd: scratch() })
    await store.use({}, async (jobs) => {
      await expect.poll(async () => (await jobs.workers()).length, { timeout: 60_000 }).toBe(2)
      await work.kill('SIGKILL')
      await expect.poll(async () => (await jobs.workers()).length, { timeout: 20_000 }).toBe(0)
    })
  })
})

function occurrences(work: ChildProgram, text: string): number {
  return work.errors.split(text).length - 1
}
