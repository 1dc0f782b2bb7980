import { JOB_STATES, type Jobs, type QueueRecord } from '@jobs-worker/core'
import type { Command } from 'commander'
import type { Io } from '../io'
import { addOptions } from '../options/command'
import { STORE_OPTIONS } from '../options/table'
import { table } from '../output/table'
import { withJobs } from '../session'

export function addQueues(program: Command, io: Io): void {
  const queues = program.command('queues').description('queues and what is in them')
  const list = queues
    .command('list', { isDefault: true })
    .description('every queue that was ever used, with its jobs by state')
    .option('--json', 'as a JSON array')
    .action(() => show(io, list))
  addOptions(list, STORE_OPTIONS)
  addSwitch(queues, io, 'pause', 'let no worker claim from these queues; what runs goes on', (jobs, name) =>
    jobs.pause(name),
  )
  addSwitch(queues, io, 'resume', 'let workers claim from these queues again', (jobs, name) => jobs.resume(name))
}

async function show(io: Io, command: Command): Promise<void> {
  const queues = await withJobs(io, command, ({ jobs }) => jobs.queues())
  await io.out(command.opts<{ json?: boolean }>().json ? `${JSON.stringify(queues, null, 2)}\n` : queueTable(queues))
}

/** One line a queue, one column a state. */
export function queueTable(queues: readonly QueueRecord[]): string {
  const head = ['QUEUE', 'PAUSED', ...JOB_STATES.map((state) => state.toUpperCase())]
  const rows = queues.map(({ name, paused, counts }) => [
    name,
    paused ? 'paused' : '',
    ...JOB_STATES.map((state) => counts[state]),
  ])
  return table(head, rows)
}

function addSwitch(
  queues: Command,
  io: Io,
  name: string,
  help: string,
  change: (jobs: Jobs, queue: string) => Promise<void>,
): void {
  const command = queues
    .command(`${name} <names...>`)
    .description(help)
    .option('--json', 'answer as a JSON array')
    .action(async (names: string[]) => {
      await withJobs(io, command, async ({ jobs }) => {
        for (const queue of names) await change(jobs, queue)
      })
      const paused = name === 'pause'
      if (command.opts<{ json?: boolean }>().json) {
        await io.out(`${JSON.stringify(names.map((queue) => ({ name: queue, paused })))}\n`)
      } else await io.out(names.map((queue) => `${queue} ${paused ? 'paused' : 'resumed'}\n`).join(''))
    })
  addOptions(command, STORE_OPTIONS)
}
