import { existsSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { glob, isDynamicPattern } from 'tinyglobby'
import { UsageError } from '../errors'

const EXTENSIONS = '{ts,mts,cts,tsx,js,mjs,cjs}'
const BESIDE_TASKS = ['**/*.d.{ts,mts,cts}', '**/*.{test,spec}.*', '**/node_modules/**']

/** A module that may define tasks. */
export interface TaskFile {
  readonly path: string
  /** The user named this very file: it must have tasks. */
  readonly named: boolean
}

/**
 * The modules that `--tasks` names, or those that are found by themselves.
 * @throws UsageError where a pattern finds nothing
 */
export async function findTaskFiles(
  cwd: string,
  patterns: readonly string[] | undefined,
): Promise<readonly TaskFile[]> {
  const found = patterns === undefined ? await discover(cwd) : await Promise.all(patterns.map((one) => find(cwd, one)))
  const files = new Map<string, TaskFile>()
  for (const file of found.flat()) if (!files.get(file.path)?.named) files.set(file.path, file)
  return [...files.values()]
}

function discover(cwd: string): Promise<TaskFile[][]> {
  return Promise.all([
    expand(cwd, `jobs.tasks.${EXTENSIONS}`),
    existsSync(resolve(cwd, 'tasks')) ? expand(cwd, `tasks/**/*.${EXTENSIONS}`) : [],
  ])
}

async function find(cwd: string, pattern: string): Promise<TaskFile[]> {
  const path = resolve(cwd, pattern)
  if (existsSync(path)) {
    if (!statSync(path).isDirectory()) return [{ path, named: true }]
    return someOf(pattern, await expand(path, `**/*.${EXTENSIONS}`))
  }
  if (!isDynamicPattern(pattern)) throw new UsageError(`--tasks: there is no file or folder ${JSON.stringify(pattern)}`)
  return someOf(pattern, await expand(cwd, pattern))
}

async function expand(cwd: string, pattern: string): Promise<TaskFile[]> {
  const paths = await glob(pattern, { cwd, ignore: BESIDE_TASKS, absolute: true })
  return paths.sort().map((path) => ({ path: resolve(path), named: false }))
}

function someOf(pattern: string, files: TaskFile[]): TaskFile[] {
  if (files.length === 0) throw new UsageError(`--tasks: ${JSON.stringify(pattern)} finds no module`)
  return files
}
