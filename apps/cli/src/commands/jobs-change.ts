import type { Job, JobFilter, Jobs } from '@jobs-worker/core'
import type { Command } from 'commander'
import { EXIT, Exit, exitCode, messageOf, UsageError } from '../errors'
import type { Io } from '../io'
import { addOptions } from '../options/command'
import { STORE_OPTIONS } from '../options/table'
import { withProgress } from '../output/progress'
import { count, plain } from '../output/text'
import { withJobs } from '../session'
import { CHANGES, type Change } from './changes'
import { addFilter, filterOf } from './filter'

interface Flags {
  readonly all?: boolean
  readonly json?: boolean
}

export function addChanges(jobs: Command, io: Io): void {
  for (const change of CHANGES) {
    const command = jobs
      .command(`${change.name} [ids...]`)
      .description(change.help)
      .option('--all', 'instead of ids or a filter')
      .option('--json', 'answer as JSON')
      .action((ids: string[]) => apply(io, command, change, ids))
    addOptions(addFilter(command), STORE_OPTIONS)
  }
}

async function apply(io: Io, command: Command, change: Change, ids: readonly string[]): Promise<void> {
  const { all } = command.opts<Flags>()
  const filter = filterOf(command) ?? (all ? {} : undefined)
  if (ids.length > 0 && filter !== undefined) throw new UsageError(`${change.name}: ids or a filter, not both`)
  if (ids.length > 0) return applyToIds(io, command, change, ids)
  if (filter === undefined) {
    throw new UsageError(`${change.name}: which jobs? Give ids, --queue, --task, --state, or --all`)
  }
  return applyToMany(io, command, change, filter)
}

async function applyToMany(io: Io, command: Command, change: Change, filter: JobFilter): Promise<void> {
  const changed = await withJobs(io, command, ({ jobs }) =>
    withProgress(
      io,
      `${change.name}:`,
      () => change.many(jobs, filter),
      () => left(jobs, change, filter),
    ),
  )
  const byState = typeof changed === 'number' ? undefined : changed
  const total = typeof changed === 'number' ? changed : Object.values(changed).reduce((sum, n) => sum + n, 0)
  const detail = Object.entries(byState ?? {}).map(([state, n]) => `${n.toLocaleString('en')} ${state}`)
  if (command.opts<Flags>().json)
    await io.out(`${JSON.stringify({ [change.done]: total, ...(byState && { states: byState }) })}\n`)
  else await io.out(`${change.done} ${count(total, 'job')}${detail.length > 0 ? ` (${detail.join(', ')})` : ''}\n`)
}

/** How many jobs are still to be changed; by task nobody counts them. */
async function left(jobs: Jobs, change: Change, { queue, task, states = change.states }: JobFilter): Promise<string> {
  if (task !== undefined) return ''
  const queues = Object.entries(await jobs.counts()).filter(([name]) => queue === undefined || name === queue)
  const total = queues.flatMap(([, counts]) => states.map((state) => counts[state])).reduce((sum, n) => sum + n, 0)
  return `${count(total, 'job')} left`
}

/** All that can be changed are; the exit code is that of the first that cannot. */
async function applyToIds(io: Io, command: Command, change: Change, ids: readonly string[]): Promise<void> {
  const { json } = command.opts<Flags>()
  let code = 0
  await withJobs(io, command, async ({ jobs }) => {
    for (const id of ids) {
      try {
        const job = await change.one(jobs, id)
        await io.out(json ? `${JSON.stringify(job)}\n` : `${id} ${outcome(change, job)}\n`)
      } catch (error) {
        if (![EXIT.failure, EXIT.notFound].some((known) => known === exitCode(error))) throw error
        io.err(`${plain(messageOf(error))}\n`)
        code ||= exitCode(error)
      }
    }
  })
  if (code !== 0) throw new Exit(code)
}

/** A running job is only told to stop, and one that has ended stays as it is: the state says it. */
function outcome(change: Change, job: Job): string {
  if (change.name === 'cancel') return job.state === 'running' ? 'is told to stop' : job.state
  return change.done
}
