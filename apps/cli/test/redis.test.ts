import { fileURLToPath } from 'node:url'
import { startRedis, type TestServer } from '@jobs-worker/test-servers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { command, program, scratch } from './harness'

const TASKS = fileURLToPath(new URL('./fixtures/tasks.ts', import.meta.url))
const SECRET = 'not-to-be-printed'
/** A program of TypeScript takes its time to start on a busy machine. */
const SLOW = 120_000

describe('redis: URLs', () => {
  let server: TestServer

  beforeAll(async () => {
    server = await startRedis({ settings: { requirepass: SECRET } })
  })

  afterAll(() => server.close())

  const urlWith = (password: string) => server.url.replace('//', `//:${password}@`)

  test('enqueue, work, show, remove', { timeout: SLOW }, async () => {
    const store = ['--store', urlWith(SECRET)]
    const id = (await command(['enqueue', 'greet', '{"name":"you"}', ...store])).out.trim()
    const worker = program([...store, '--tasks', TASKS, '--pid', 'W'], { cwd: scratch() })
    await worker.line(`worker 'W' processing job ${id}`)
    expect(await worker.kill('SIGTERM')).toEqual({ code: 0, signal: null })
    expect(worker.errors).toBe('')
    const shown = await command(['jobs', 'show', id, '--json', ...store])
    expect(JSON.parse(shown.out)).toMatchObject({ id, state: 'completed', result: 'good day, you' })
    expect((await command(['jobs', 'remove', '--state', 'completed', ...store])).out).toBe(
      'removed 1 job (1 completed)\n',
    )
    expect((await command(['jobs', 'show', id, ...store])).code).toBe(4)
  })

  test('a wrong password, or no server, is exit code 3, and no password is printed', async () => {
    const wrong = await command(['stats', '--store', urlWith(`${SECRET}-either`)])
    expect(wrong).toMatchObject({ code: 3, err: expect.stringMatching(/WRONGPASS|invalid password/i) })
    const nobody = await command(['stats', '--store', `redis://:${SECRET}@127.0.0.1:1`])
    expect(nobody).toMatchObject({ code: 3, err: expect.stringMatching(/ECONNREFUSED/) })
    expect(wrong.out + wrong.err + nobody.out + nobody.err).not.toContain(SECRET)
  })
})
