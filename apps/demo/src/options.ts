import { statSync } from 'node:fs'
import { isAbsolute, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { InvalidError } from '@jobs-worker/core'
import type { Bounds } from './files'
import { checkStore, folderOf, outlivesProcess } from './stores'

export interface Options {
  readonly dir: string
  readonly bounds: Bounds
  readonly store: string
  readonly fresh: boolean
  readonly kill: boolean
  /** What `--kill` starts: only works off what waits. */
  readonly worker: boolean
  readonly help: boolean
}

const GIB = 1_073_741_824
/** What a machine with two cores does within a minute or so. */
const BOUNDS: Bounds = { files: 10_000, bytes: 0.5 * GIB }

export const HELP = `npm run demo -- [options]

For every file below a folder, a job computes its SHA-256, its size and its gzip ratio. In the end the stored results
are compared with those of a plain loop over the same files. A second run goes on where the first has stopped.

  --dir FOLDER   the files (default: the installed node_modules)
  --limit N      at most so many files (default: ${BOUNDS.files} files and ${BOUNDS.bytes / GIB} GiB)
  --all          no limit
  --store URL    pglite:FOLDER, postgres://..., redis://..., mongodb://..., memory: (default: pglite:.demo/store,
                 nothing to install or start)
  --fresh        forget what earlier runs have left in the store
  --kill         kill the worker with SIGKILL in the middle, start another, and show that nothing was lost; on a store of
                 its own unless --store is given
  --help`

/**
 * @param root where the default folders lie, and what relative ones are relative to
 * @throws InvalidError
 */
export function parseOptions(args: readonly string[], root: string): Options {
  const values = parse(args)
  const { kill = false, fresh = false, worker = false, help = false } = values
  const store = absolute(checkStore(values.store ?? `pglite:.demo/${kill ? 'kill' : 'store'}`), root)
  if (kill && !outlivesProcess(store)) throw new InvalidError('--kill', store, 'a store that outlives a process')
  return {
    dir: checkFolder(resolve(root, values.dir ?? 'node_modules')),
    bounds: boundsOf(values),
    store,
    fresh: fresh || (kill && values.store === undefined),
    kill,
    worker,
    help,
  }
}

function parse(args: readonly string[]) {
  const text = { type: 'string' } as const
  const flag = { type: 'boolean' } as const
  const options = { dir: text, limit: text, store: text, all: flag, fresh: flag, kill: flag, worker: flag, help: flag }
  try {
    return parseArgs({ args: [...args], options }).values
  } catch (error) {
    throw new InvalidError('demo', args.join(' '), 'options that --help lists', { cause: error })
  }
}

function checkFolder(dir: string): string {
  if (statSync(dir, { throwIfNoEntry: false })?.isDirectory()) return dir
  throw new InvalidError('--dir', dir, 'a folder')
}

function boundsOf({ limit, all }: { limit?: string | undefined; all?: boolean | undefined }): Bounds {
  const unbounded = { files: Number.POSITIVE_INFINITY, bytes: Number.POSITIVE_INFINITY }
  if (all && limit !== undefined) throw new InvalidError('--limit', limit, '`--limit` or `--all`, not both')
  if (all) return unbounded
  if (limit === undefined) return BOUNDS
  if (!/^[1-9]\d{0,8}$/.test(limit)) throw new InvalidError('--limit', limit, 'a whole number from 1 to 999999999')
  return { ...unbounded, files: Number(limit) }
}

/** The same folder, wherever the program is started. */
function absolute(url: string, root: string): string {
  const folder = folderOf(url)
  return folder === null || isAbsolute(folder) ? url : `pglite:${join(root, folder)}`
}
