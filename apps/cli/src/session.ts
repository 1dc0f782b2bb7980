import { type AnyTask, createJobs, type Jobs, type Logger, type Store } from '@jobs-worker/core'
import type { Command } from 'commander'
import type { Io } from './io'
import { flagsOf, readSources } from './options/command'
import { jobsOptions } from './options/config-file'
import type { Sources } from './options/sources'
import { scrub } from './secrets'
import { chooseStore } from './store/choice'

export interface Session {
  readonly jobs: Jobs
  readonly store: Store
}

/** Opens the store of a command, and closes it whatever happens. What is not reachable is not waited for. */
export async function withJobs<T>(
  io: Io,
  command: Command,
  use: (session: Session) => Promise<T>,
  loadTasks: (sources: Sources) => Promise<readonly AnyTask[]> = async () => [],
): Promise<T> {
  const sources = await readSources(io, flagsOf(command))
  const choice = chooseStore(sources, io.cwd)
  const tasks = await loadTasks(sources)
  const store = await choice.create()
  const jobs = createJobs({ ...jobsOptions(sources.config), store, tasks, log: quietLog(io) })
  try {
    return await use({ jobs, store })
  } finally {
    await jobs.close()
  }
}

/** Warnings and errors, beside what the command answers. */
function quietLog(io: Io): Logger {
  const write = (message: string) => io.err(`${scrub(message)}\n`)
  return { debug: () => undefined, info: () => undefined, warn: write, error: write, isLevelEnabled: () => false }
}
