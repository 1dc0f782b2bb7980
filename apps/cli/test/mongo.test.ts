import { fileURLToPath } from 'node:url'
import { createJobs } from '@jobs-worker/core'
import { mongoStore } from '@jobs-worker/mongo'
import { createDatabase } from '@jobs-worker/test-servers'
import { describeWith } from '@jobs-worker/test-servers/vitest'
import { expect, onTestFinished, test } from 'vitest'
import { command, program, scratch, wholeLife } from './harness'

const TASKS = fileURLToPath(new URL('./fixtures/tasks.ts', import.meta.url))
/** A program of TypeScript takes its time to start on a busy machine. */
const SLOW = 120_000

await describeWith('mongodb', 'mongodb: URLs', (server) => {
  async function database() {
    const own = await createDatabase(server)
    onTestFinished(() => own.drop())
    return own
  }

  test('enqueue, work, show, remove', { timeout: SLOW }, async () => {
    await wholeLife((await database()).url, TASKS)
  })

  test('coming from the task processor: --db tasks --queues general special suffices; the pid is made up', {
    timeout: SLOW,
  }, async () => {
    const { name, url } = await database()
    const { hostname, port } = new URL(url)
    const cwd = scratch({ 'jobs.tasks.ts': `export { greet } from ${JSON.stringify(TASKS)}` })
    // Where the server is alone is said besides: the usual place may be taken.
    const where = { JOBS_HOST: hostname, JOBS_PORT: port }
    const worker = program(['--db', name, '--queues', 'general', 'special'], { cwd, env: where })
    expect(await worker.line('started')).toMatch(/worker '\S+-\d+-[0-9a-f]{8}' started$/)
    await using jobs = createJobs({ store: mongoStore(url) })
    for (const queue of ['general', 'special']) {
      const job = await jobs.enqueue('greet', { name: queue }, { queue })
      expect(await job.result({ timeout: '30s' })).toBe(`good day, ${queue}`)
    }
    expect(await worker.kill('SIGTERM')).toEqual({ code: 0, signal: null })
  })

  test('no server is exit code 3, and no password is printed', async () => {
    const nobody = await command(['stats', '--store', 'mongodb://me:hidden@127.0.0.1:1/app'])
    expect(nobody).toMatchObject({ code: 3, err: expect.stringMatching(/ECONNREFUSED/) })
    expect(nobody.out + nobody.err).not.toContain('hidden')
  })
})
