import { InvalidError, type Job } from '@jobs-worker/core'
import { messageOf } from '../errors'
import type { Io } from '../io'
import { readOption, type Sources } from '../options/sources'
import { findTaskFiles } from '../tasks/files'
import { loadTasks } from '../tasks/load'

/** The input of a job as it was given: JSON, or - for standard input. */
export async function readInput(io: Io, given: string | undefined): Promise<Job['input']> {
  const json = given === '-' ? await io.input() : given
  if (json === undefined) return undefined
  try {
    return JSON.parse(json)
  } catch (cause) {
    throw new InvalidError('input', json, `JSON (${messageOf(cause)})`, { cause })
  }
}

/** With the definitions at hand the input is checked, and queue, priority and uniqueness are the task's. */
export async function tasksFor(io: Io, sources: Sources) {
  const files = await findTaskFiles(io.cwd, readOption('tasks', sources))
  return loadTasks(io.cwd, files)
}
