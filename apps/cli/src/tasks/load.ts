import { relative } from 'node:path'
import type { AnyTask } from '@jobs-worker/core'
import { describeError, UsageError } from '../errors'
import type { TaskFile } from './files'
import { importModule } from './import'

/**
 * Imports the modules and gathers the tasks that they export: by name, as the default, or in lists.
 * @throws UsageError where a file that was named has none, or two tasks share a name
 */
export async function loadTasks(cwd: string, files: readonly TaskFile[]): Promise<readonly AnyTask[]> {
  const tasks = new Map<string, { readonly task: AnyTask; readonly file: string }>()
  for (const { path, named } of files) {
    const file = relative(cwd, path)
    const exported = tasksOf(await load(file, path))
    if (named && exported.length === 0) throw new UsageError(`--tasks: ${file} exports no task made by defineTask`)
    for (const task of exported) {
      const known = tasks.get(task.name)
      if (known !== undefined && known.task !== task) {
        throw new UsageError(`task ${JSON.stringify(task.name)} is defined twice: in ${known.file} and in ${file}`)
      }
      tasks.set(task.name, { task, file })
    }
  }
  return [...tasks.values()].map(({ task }) => task)
}

async function load(file: string, path: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return await importModule(path)
  } catch (error) {
    throw new UsageError(`${file} cannot be loaded: ${describeError(error)}`, { cause: error })
  }
}

function tasksOf(module: Readonly<Record<string, unknown>>): readonly AnyTask[] {
  const { default: main, ...named } = module
  // A CommonJS module's exports are its default; it may also be a list, or an object of tasks.
  const inMain = isTask(main) || typeof main !== 'object' || main === null ? [main] : Object.values(main)
  return [...inMain, ...Object.values(named)]
    .flatMap((value) => (Array.isArray(value) ? value : [value]))
    .filter(isTask)
}

/** By shape: the user's project has its own copy of core. */
function isTask(value: unknown): value is AnyTask {
  if (typeof value !== 'object' || value === null) return false
  const { name, run, settings, isolation } = value as Partial<AnyTask>
  return (
    typeof name === 'string' &&
    typeof run === 'function' &&
    typeof settings === 'object' &&
    (isolation === 'inline' || isolation === 'thread')
  )
}
