import { randomBytes } from 'node:crypto'
import { chownSync, mkdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { reap } from './reaper'
import type { Account } from './unprivileged'

/** A new directory in the temporary directory, removed with this process at the latest. */
export function scratchDirectory(name: string, owner?: Account): string {
  const parent = owner && !reachable(tmpdir()) ? '/tmp' : tmpdir()
  const path = join(parent, `jobs-worker-${name}-${randomBytes(4).toString('hex')}`)
  reap('directory', path)
  mkdirSync(path, { mode: 0o700 })
  if (owner) chownSync(path, owner.uid, owner.gid)
  return path
}

export function removeScratch(path: string): void {
  rmSync(path, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 })
  reap('removed', path)
}

/** Whether an account that owns nothing here may walk down to this path: root's home, for one, is closed to others. */
export function reachable(path: string): boolean {
  const open = (statSync(path).mode & 0o005) === 0o005
  return open && (dirname(path) === path || reachable(dirname(path)))
}
