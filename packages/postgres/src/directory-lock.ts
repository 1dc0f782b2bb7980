import { randomUUID } from 'node:crypto'
import { link, mkdir, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { StoreConfigError } from '@jobs-worker/core/store'
import { codeOf } from './errors'

interface Owner {
  readonly pid: number
  readonly host: string
  /** When the process began, where the system tells: process ids are used again. */
  readonly began: string | null
}

const FILE = 'jobs-worker.lock'

/** Clearing takes a moment; a guard that is older, in ms, is that of a process that died at it. */
const GUARD_MS = 5_000

/** Locks that this process has, or is about to have. */
const held = new Set<string>()

/** Keeps a second process, or a second store, out of a directory: an embedded database open twice is destroyed. */
export class DirectoryLock {
  readonly #directory: string
  #path: string | null = null

  constructor(directory: string) {
    this.#directory = directory
  }

  /** @throws StoreConfigError naming who has the directory */
  async take(): Promise<void> {
    await mkdir(this.#directory, { recursive: true })
    const path = join(await realpath(this.#directory), FILE)
    if (held.has(path)) throw this.#refusal(path, { pid: process.pid, host: hostname() })
    held.add(path)
    try {
      await this.#link(path)
    } catch (error) {
      held.delete(path)
      throw error
    }
    this.#path = path
  }

  async release(): Promise<void> {
    const path = this.#path
    this.#path = null
    if (path === null) return
    await rm(path, { force: true })
    held.delete(path)
  }

  async #link(path: string): Promise<void> {
    const me: Owner = { pid: process.pid, host: hostname(), began: await beganOf(process.pid) }
    const draft = `${path}.${randomUUID()}`
    await writeFile(draft, JSON.stringify(me))
    try {
      while (!(await tryLink(draft, path))) await this.#clear(path, draft)
    } finally {
      await rm(draft, { force: true })
    }
  }

  /** Removes the lock of a process that is gone. One process does so at a time, or one could remove another's new lock. */
  async #clear(path: string, draft: string): Promise<void> {
    const owner = await read(path)
    if (owner === null) return
    if (await lives(owner)) throw this.#refusal(path, owner)
    const guard = `${path}.clearing`
    if (!(await tryLink(draft, guard))) return await passGuard(guard)
    try {
      const found = await read(path)
      if (found !== null && !(await lives(found))) await rm(path, { force: true })
    } finally {
      await rm(guard, { force: true })
    }
  }

  #refusal(path: string, { pid, host }: Pick<Owner, 'pid' | 'host'>): StoreConfigError {
    const directory = JSON.stringify(this.#directory)
    const who = `process ${pid} on ${JSON.stringify(host)}`
    return new StoreConfigError('pglite', `directory ${directory} is open already: ${who} has it (${path})`)
  }
}

/** Lets another process clear; one that died at it stays in the way for a moment only. */
async function passGuard(guard: string): Promise<void> {
  const { ctimeMs } = await stat(guard).catch(() => ({ ctimeMs: Date.now() }))
  if (Date.now() - ctimeMs > GUARD_MS) await rm(guard, { force: true })
  else await new Promise((resolve) => setTimeout(resolve, 20))
}

async function lives(owner: Owner): Promise<boolean> {
  if (owner.host !== hostname()) return true
  // Of this very id, and not this process's own: an earlier process's, as in a container that always begins with 1.
  if (owner.pid === process.pid) return false
  try {
    process.kill(owner.pid, 0)
  } catch (error) {
    if (codeOf(error) === 'ESRCH') return false
  }
  const began = await beganOf(owner.pid)
  return owner.began === null || began === null || owner.began === began
}

/** On Linux: the 22nd field of its line in /proc, counted from behind the name, which may hold anything. */
async function beganOf(pid: number): Promise<string | null> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null
  } catch {
    return null
  }
}

async function read(path: string): Promise<Owner | null> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Owner
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null
    throw new StoreConfigError('pglite', `the lock file ${JSON.stringify(path)} cannot be read`, { cause: error })
  }
}

/** A link appears with its content, and only where there is none. */
async function tryLink(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to)
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  }
}
