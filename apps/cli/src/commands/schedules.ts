import type { Jobs, Schedule } from '@jobs-worker/core'
import type { Command } from 'commander'
import { UsageError } from '../errors'
import type { Io } from '../io'
import { addOptions } from '../options/command'
import { integer } from '../options/kinds'
import { STORE_OPTIONS } from '../options/table'
import { ruleText, sayNext } from '../output/schedule'
import { table } from '../output/table'
import { withJobs } from '../session'
import { addAdd } from './schedules-add'

interface Flags {
  readonly json?: boolean
  readonly all?: boolean
  readonly count?: string
}

const PAGE = 1_000
const HEAD = ['NAME', 'TASK', 'QUEUE', 'RULE', 'ACTIVE', 'NEXT', 'LAST', 'RUNS']

export function addSchedules(program: Command, io: Io): void {
  const schedules = program.command('schedules').description('stored rules that enqueue jobs')
  const list = schedules
    .command('list', { isDefault: true })
    .description('every schedule, by name')
    .option('--json', 'as a JSON array')
    .action(() => show(io, list))
  addOptions(list, STORE_OPTIONS)
  addAdd(schedules, io)
  addNext(schedules, io)
  addTrigger(schedules, io)
  addReschedule(schedules, io)
  addChange(schedules, io, 'pause', 'paused', 'make no jobs until resumed', (jobs, name) => jobs.schedules.pause(name))
  addChange(schedules, io, 'resume', 'resumed', 'go on with the next time from now', (jobs, name) =>
    jobs.schedules.resume(name),
  )
  addChange(schedules, io, 'remove', 'removed', 'delete schedules; jobs that they made stay', (jobs, name) =>
    jobs.schedules.remove(name),
  )
}

async function show(io: Io, command: Command): Promise<void> {
  const all = await withJobs(io, command, async ({ jobs }) => {
    const found: Schedule[] = []
    let cursor: string | null | undefined
    while (cursor !== null) {
      const page = await jobs.schedules.list({ limit: PAGE, ...(cursor === undefined ? {} : { cursor }) })
      found.push(...page.schedules)
      cursor = page.cursor
    }
    return found
  })
  await io.out(command.opts<Flags>().json ? `${JSON.stringify(all, null, 2)}\n` : table(HEAD, all.map(row)))
}

function row({ name, task, queue, rule, active, nextRunAt, lastRunAt, runs }: Schedule): (string | number)[] {
  const times = [nextRunAt?.toISOString() ?? 'ended', lastRunAt?.toISOString() ?? '']
  return [name, task, queue, ruleText(rule), active ? '' : 'paused', ...times, runs]
}

function addNext(schedules: Command, io: Io): void {
  const command = schedules
    .command('next <name>')
    .description('when it runs next')
    .option('--count <n>', 'so many times', '1')
    .option('--json', 'as a JSON array')
    .action(async (name: string) => {
      const { count, json } = command.opts<Flags>()
      const n = integer(1, PAGE)('--count', count)
      const times = await withJobs(io, command, ({ jobs }) => jobs.schedules.next(name, n))
      await io.out(json ? `${JSON.stringify(times)}\n` : times.map((time) => `${time.toISOString()}\n`).join(''))
    })
  addOptions(command, STORE_OPTIONS)
}

function addTrigger(schedules: Command, io: Io): void {
  const command = schedules
    .command('trigger <names...>')
    .description('enqueue a job now; the times of the schedule stay')
    .option('--json', 'answer as JSON')
    .action(async (names: string[]) => {
      const { json } = command.opts<Flags>()
      await withJobs(io, command, async ({ jobs }) => {
        for (const name of names) {
          const { id, task, queue, deduplicated } = await jobs.schedules.trigger(name)
          await io.out(json ? `${JSON.stringify({ id, task, queue, deduplicated })}\n` : `${id}\n`)
        }
      })
    })
  addOptions(command, STORE_OPTIONS)
}

function addReschedule(schedules: Command, io: Io): void {
  const command = schedules
    .command('reschedule [names...]')
    .description('compute the next time anew')
    .option('--all', 'of every schedule')
    .option('--json', 'answer as JSON')
    .action(async (names: string[]) => {
      const { all, json } = command.opts<Flags>()
      if ((all === true) === names.length > 0) throw new UsageError('reschedule: which schedules? Give names, or --all')
      await withJobs(io, command, async ({ jobs }) => {
        if (all) {
          const count = await jobs.schedules.reschedule()
          await io.out(json ? `${JSON.stringify({ rescheduled: count })}\n` : `rescheduled ${count}\n`)
        }
        for (const name of names) await sayNext(io, json, 'rescheduled', await jobs.schedules.reschedule(name))
      })
    })
  addOptions(command, STORE_OPTIONS)
}

function addChange(
  schedules: Command,
  io: Io,
  verb: string,
  done: string,
  help: string,
  change: (jobs: Jobs, name: string) => Promise<Schedule>,
): void {
  const command = schedules
    .command(`${verb} <names...>`)
    .description(help)
    .option('--json', 'answer as JSON')
    .action(async (names: string[]) => {
      await withJobs(io, command, async ({ jobs }) => {
        for (const name of names) await sayNext(io, command.opts<Flags>().json, done, await change(jobs, name))
      })
    })
  addOptions(command, STORE_OPTIONS)
}
