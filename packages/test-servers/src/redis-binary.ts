import { execFile, execFileSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { RedisBinary } from 'redis-memory-server'

const run = promisify(execFile)

let found: Promise<string> | undefined

/**
 * redis-server: from PATH; else installed with apt-get, where this is root on a machine that has it and
 * JOBS_TEST_NO_INSTALL is not 1; else built by redis-memory-server.
 */
export function redisBinary(): Promise<string> {
  found ??= locate()
  return found
}

/** The path of redis-server where it is installed already. */
export function installedRedis(): string | undefined {
  return onPath('redis-server')
}

async function locate(): Promise<string> {
  const installed = installedRedis()
  if (installed) return installed
  if (process.getuid?.() === 0 && onPath('apt-get') && process.env.JOBS_TEST_NO_INSTALL !== '1') {
    const path = await install().catch((error: Error) => console.error(`test servers: ${error.message}`))
    if (path) return path
  }
  return RedisBinary.getPath()
}

async function install(): Promise<string | undefined> {
  console.error('test servers: installing redis-server with apt-get (JOBS_TEST_NO_INSTALL=1 forbids it)')
  // RUNLEVEL keeps the package from starting a server of its own on Redis's usual port.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' }
  const get = ['install', '--yes', '--no-install-recommends', 'redis-server']
  await run('apt-get', get, { env }).catch(async () => {
    execFileSync('apt-get', ['update'], { env, stdio: 'ignore' })
    await run('apt-get', get, { env })
  })
  return installedRedis()
}

function onPath(name: string): string | undefined {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .map((directory) => join(directory, name))
    .find(executable)
}

function executable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
