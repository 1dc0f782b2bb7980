import {
  type CalendarOptions,
  InvalidError,
  type NamedScheduleOptions,
  type ScheduledJobOptions,
} from '@jobs-worker/core'
import type { Command } from 'commander'
import { messageOf } from '../errors'
import type { Io } from '../io'
import { addOptions } from '../options/command'
import { duration, instant, integer, oneOf } from '../options/kinds'
import { STORE_OPTIONS } from '../options/table'
import { sayNext } from '../output/schedule'
import { withJobs } from '../session'
import { readInput, tasksFor } from './job-input'

interface Flags {
  readonly cron?: string
  readonly calendar?: string
  readonly every?: string
  readonly at?: string
  readonly tz?: string
  readonly start?: string
  readonly end?: string
  readonly limit?: string
  readonly jitter?: string
  readonly missed?: string
  readonly retryDelay?: string
  readonly nextRunAt?: string
  readonly inactive?: boolean
  readonly queue?: string
  readonly priority?: string
  readonly uniqueKey?: string
  readonly json?: boolean
}

export function addAdd(schedules: Command, io: Io): void {
  const command = schedules
    .command('add <name> <task> [json]')
    .description('register a schedule, or change the one of this name; the input of its jobs is JSON, - reads it')
    .option('--cron <pattern>', "five or six fields, like '0 3 * * *'")
    .option('--calendar <json>', 'like {"hour":[2,13],"dayOfWeek":[0]}')
    .option('--every <d>', 'like 10s')
    .option('--at <time>', 'once, like 2030-01-31T08:00:00Z')
    .option('--tz <zone>', 'of cron and calendar, like Europe/Zurich (default: UTC)')
    .option('--start <time>', 'not before')
    .option('--end <time>', 'not after')
    .option('--limit <n>', 'so many times in all')
    .option('--jitter <d>', 'each job up to so much later, at random')
    .option('--missed <which>', 'of missed times run one, skip or all (default: one)')
    .option('--retry-delay <d>', 'a scheduler that took it and died is waited for so long (default: 5s)')
    .option('--next-run-at <time>', 'the first time, whether or not the rule matches it')
    .option('--inactive', 'stored, and not run until resumed')
    .option('--queue <name>', "default: the task's")
    .option('--priority <n>', 'lower runs first, -32768 to 32767')
    .option('--unique-key <key>', 'makes no job while one of this task with this key is alive')
    .option('--json', 'answer as JSON')
    .action((name: string, task: string, json: string | undefined) => add(io, command, name, task, json))
  addOptions(command, [...STORE_OPTIONS, 'tasks'])
}

async function add(io: Io, command: Command, name: string, task: string, json: string | undefined): Promise<void> {
  const flags = command.opts<Flags>()
  const input = await readInput(io, json)
  const options = { ...timingOf(flags), options: jobOptionsOf(flags), task, input }
  const load = (sources: Parameters<typeof tasksFor>[1]) => tasksFor(io, sources)
  const schedule = await withJobs(io, command, ({ jobs }) => jobs.schedules.upsert(name, options), load)
  await sayNext(io, flags.json, 'added', schedule)
}

function timingOf(flags: Flags): Omit<NamedScheduleOptions, 'task'> {
  const { cron, calendar, every, at, tz, start, end, limit, jitter, missed, retryDelay, nextRunAt, inactive } = flags
  return {
    ...(cron === undefined ? {} : { cron }),
    ...(calendar === undefined ? {} : { calendar: parseCalendar(calendar) }),
    ...(every === undefined ? {} : { every: duration('--every', every) }),
    ...(at === undefined ? {} : { at: instant('--at', at) }),
    ...(tz === undefined ? {} : { tz }),
    ...(start === undefined ? {} : { start: instant('--start', start) }),
    ...(end === undefined ? {} : { end: instant('--end', end) }),
    ...(limit === undefined ? {} : { limit: integer(1, Number.MAX_SAFE_INTEGER)('--limit', limit) }),
    ...(jitter === undefined ? {} : { jitter: duration('--jitter', jitter) }),
    ...(missed === undefined ? {} : { missed: oneOf('one', 'skip', 'all')('--missed', missed) }),
    ...(retryDelay === undefined ? {} : { retryDelay: duration('--retry-delay', retryDelay) }),
    ...(nextRunAt === undefined ? {} : { nextRunAt: instant('--next-run-at', nextRunAt) }),
    ...(inactive === undefined ? {} : { active: false }),
  }
}

function jobOptionsOf({ queue, priority, uniqueKey }: Flags): ScheduledJobOptions {
  return {
    ...(queue === undefined ? {} : { queue }),
    ...(priority === undefined ? {} : { priority: integer(-32_768, 32_767)('--priority', priority) }),
    ...(uniqueKey === undefined ? {} : { unique: { key: uniqueKey } }),
  }
}

function parseCalendar(json: string): CalendarOptions {
  try {
    return JSON.parse(json)
  } catch (cause) {
    throw new InvalidError('--calendar', json, `JSON (${messageOf(cause)})`, { cause })
  }
}
