import { fileURLToPath } from 'node:url'
import { startRedis, type TestServer } from '@jobs-worker/test-servers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { command, wholeLife } from './harness'

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
    await wholeLife(urlWith(SECRET), TASKS)
  })

  test('a wrong password, or no server, is exit code 3, and no password is printed', async () => {
    const wrong = await command(['stats', '--store', urlWith(`${SECRET}-either`)])
    expect(wrong).toMatchObject({ code: 3, err: expect.stringMatching(/WRONGPASS|invalid password/i) })
    const nobody = await command(['stats', '--store', `redis://:${SECRET}@127.0.0.1:1`])
    expect(nobody).toMatchObject({ code: 3, err: expect.stringMatching(/ECONNREFUSED/) })
    expect(wrong.out + wrong.err + nobody.out + nobody.err).not.toContain(SECRET)
  })
})
