import { execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createJobs, defineTask } from '@jobs-worker/core'
import { newJob } from '@jobs-worker/store-conformance'
import { ChildProgram, startRedis, type TestServer } from '@jobs-worker/test-servers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { redisStore } from '../src'
import { withClient } from './harness'

const SECRET = 'not-to-be-printed'

async function opening(url: string): Promise<unknown> {
  const store = redisStore(url, { prefix: 'access' })
  return store
    .enqueue({ client: randomUUID(), number: 1 }, [newJob()])
    .then(
      () => 'open',
      (error: unknown) => error,
    )
    .finally(() => store.close())
}

describe('an ACL user by URL', () => {
  let server: TestServer

  beforeAll(async () => {
    server = await startRedis()
  })

  afterAll(() => server.close())

  async function urlOf(user: string, ...rights: string[]): Promise<string> {
    await withClient(server.url, (client) => client.acl('SETUSER', user, 'on', `>${SECRET}`, ...rights))
    const url = new URL(server.url)
    url.username = user
    url.password = SECRET
    return url.href
  }

  test('needs no more than the keys and the channel of its prefix, and no dangerous command but INFO', async () => {
    const url = await urlOf('worker', '~{access*', '&{access}:*', '+@all', '-@dangerous', '+info')
    const task = defineTask({ name: 'task', run: (n: number) => n * 2 })
    await using jobs = createJobs({ store: redisStore(url, { prefix: 'access' }), tasks: [task] })
    await jobs.worker().start()
    const job = await jobs.enqueue(task, 21)
    expect(await job.result({ timeout: '10s' })).toBe(42)
  })

  test.each([
    ['without scripts', ['~*', '&*', '+@all', '-@scripting']],
    ['without its keys', ['~other:*', '&*', '+@all']],
  ])('%s is told what it lacks, without its password', async (user, rights) => {
    const error = await opening(await urlOf(user.replaceAll(' ', '-'), ...rights))
    expect(error).toMatchObject({ code: 'JOBS_STORE_CONFIG', message: expect.stringMatching(/NOPERM|permission/) })
    expect(String(error)).not.toContain(SECRET)
  })
})

describe('TLS by URL', () => {
  let directory: string
  let server: TestServer
  let url: string
  const file = (name: string) => join(directory, name)

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'jobs-worker-tls-'))
    const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '2']
    const key = ['-newkey', 'rsa:2048', '-nodes', '-keyout', file('key'), '-out', file('certificate')]
    execFileSync('openssl', ['req', '-x509', ...key, ...subject], { stdio: 'ignore' })
    const files = {
      'tls-cert-file': file('certificate'),
      'tls-key-file': file('key'),
      'tls-ca-cert-file': file('certificate'),
    }
    server = await startRedis({ settings: { ...files, 'tls-auth-clients': 'no' } })
    const port = await freePort()
    await withClient(server.url, (client) => client.config('SET', 'tls-port', String(port)))
    url = `rediss://:${SECRET}@127.0.0.1:${port}`
    await withClient(server.url, (client) => client.config('SET', 'requirepass', SECRET))
  })

  afterAll(async () => {
    await server?.close()
    rmSync(directory, { recursive: true, force: true })
  })

  test('opens where the certificate is trusted', async () => {
    const program = new URL('./programs/open.ts', import.meta.url)
    await using child = new ChildProgram(program, { args: [url], env: { NODE_EXTRA_CA_CERTS: file('certificate') } })
    await child.exited
    expect(child.lines).toEqual(['open'])
  })

  test('is refused where it is not, and says why', async () => {
    const error = await opening(url)
    expect(error).toMatchObject({ code: 'JOBS_STORE_CONFIG', message: expect.stringMatching(/certificate/) })
    expect(String(error)).not.toContain(SECRET)
  })
})

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => probe.once('listening', resolve))
  const address = probe.address()
  await new Promise((resolve) => probe.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 0
}
