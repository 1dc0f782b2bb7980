import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { DirectoryLock } from './directory-lock'

let directory = ''
const file = () => join(directory, 'jobs-worker.lock')

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'jobs-worker-lock-'))
})

afterEach(() => rm(directory, { recursive: true, force: true }))

function ownedBy(owner: object): Promise<void> {
  return writeFile(file(), JSON.stringify({ host: hostname(), began: null, ...owner }))
}

async function refusal(): Promise<string> {
  return new DirectoryLock(directory).take().then(
    () => 'taken',
    (error: Error) => error.message,
  )
}

/** The id of a process that has ended. */
async function endedPid(): Promise<number> {
  const child = spawn(process.execPath, ['-e', ''])
  await once(child, 'exit')
  return child.pid as number
}

test('a directory is taken once, also within a process, and free again afterwards', async () => {
  const lock = new DirectoryLock(directory)
  await lock.take()
  expect(JSON.parse(await readFile(file(), 'utf8'))).toMatchObject({ pid: process.pid, host: hostname() })
  expect(await refusal()).toContain(`process ${process.pid} on`)
  await lock.release()
  expect(await readdir(directory)).toEqual([])
  await lock.take()
  await lock.release()
})

test('a live process keeps it, and is named', async () => {
  const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)'])
  await once(child, 'spawn')
  await ownedBy({ pid: child.pid })
  expect(await refusal()).toContain(`process ${child.pid} on ${JSON.stringify(hostname())}`)
  child.kill('SIGKILL')
  await once(child, 'exit')
  await new DirectoryLock(directory).take()
})

test('the lock of a dead process is taken over, also by many at once: one gets it', async () => {
  await ownedBy({ pid: await endedPid() })
  const outcomes = await Promise.all(Array.from({ length: 5 }, refusal))
  expect(outcomes.filter((outcome) => outcome === 'taken').length).toBe(1)
  expect(await readdir(directory)).toEqual(['jobs-worker.lock'])
})

test('an id that another process has by now does not keep it', async () => {
  await ownedBy({ pid: process.ppid, began: '1' })
  await new DirectoryLock(directory).take()
})

test('a lock of another machine is left alone', async () => {
  await ownedBy({ pid: 1, host: 'elsewhere' })
  expect(await refusal()).toContain('process 1 on "elsewhere"')
})

test('a lock file that says nothing is told, not overwritten', async () => {
  await writeFile(file(), 'not JSON')
  expect(await refusal()).toContain('cannot be read')
})
