import type { EnqueueOptions } from '@jobs-worker/core'
import type { Command } from 'commander'
import { UsageError } from '../errors'
import type { Io } from '../io'
import { addOptions } from '../options/command'
import { duration, instant, integer } from '../options/kinds'
import type { Sources } from '../options/sources'
import { STORE_OPTIONS } from '../options/table'
import { withJobs } from '../session'
import { readInput, tasksFor } from './job-input'

interface Flags {
  readonly at?: string
  readonly delay?: string
  readonly queue?: string
  readonly priority?: string
  readonly uniqueKey?: string
  readonly json?: boolean
}

export function addEnqueue(program: Command, io: Io): void {
  const command = program
    .command('enqueue <task> [json]')
    .description('add a job; the input is JSON, - reads it from standard input')
    .option('--at <time>', 'run at this time, like 2030-01-31T08:00:00Z')
    .option('--delay <d>', 'run so much later, like 10m')
    .option('--queue <name>', "default: the task's")
    .option('--priority <n>', 'lower runs first, -32768 to 32767')
    .option('--unique-key <key>', 'adds nothing while a job of this task with this key is alive')
    .option('--json', 'answer as JSON')
    .action((task: string, json: string | undefined) => enqueue(io, command, task, json))
  addOptions(command, [...STORE_OPTIONS, 'tasks'])
}

async function enqueue(io: Io, command: Command, task: string, json: string | undefined): Promise<void> {
  const flags = command.opts<Flags>()
  const input = await readInput(io, json)
  const options = optionsOf(flags)
  const load = (sources: Sources) => tasksFor(io, sources)
  const enqueued = await withJobs(io, command, ({ jobs }) => jobs.enqueue(task, input, options), load)
  const { id, queue, deduplicated } = enqueued
  if (flags.json) await io.out(`${JSON.stringify({ id, task, queue, deduplicated })}\n`)
  else await io.out(`${id}\n`)
  if (deduplicated && !flags.json) io.err('a job with this key is alive already: nothing was added\n')
}

function optionsOf({ at, delay, queue, priority, uniqueKey }: Flags): EnqueueOptions {
  if (at !== undefined && delay !== undefined) throw new UsageError('--at and --delay exclude each other')
  return {
    ...(at === undefined ? {} : { at: instant('--at', at) }),
    ...(delay === undefined ? {} : { delay: duration('--delay', delay) }),
    ...(queue === undefined ? {} : { queue }),
    ...(priority === undefined ? {} : { priority: integer(-32_768, 32_767)('--priority', priority) }),
    ...(uniqueKey === undefined ? {} : { unique: { key: uniqueKey } }),
  }
}
