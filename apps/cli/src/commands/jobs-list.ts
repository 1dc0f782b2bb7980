import type { Job, Jobs, ListOptions } from '@jobs-worker/core'
import type { Command } from 'commander'
import type { Io } from '../io'
import { addOptions } from '../options/command'
import { integer } from '../options/kinds'
import { STORE_OPTIONS } from '../options/table'
import { table } from '../output/table'
import { withJobs } from '../session'
import { addFilter, filterOf } from './filter'

interface Flags {
  readonly limit: string
  readonly all?: boolean
  readonly json?: boolean
}

const PAGE = 1_000
const HEAD = ['ID', 'TASK', 'QUEUE', 'STATE', 'PRIORITY', 'ATTEMPT', 'DUE', 'FINISHED']

export function addList(jobs: Command, io: Io): void {
  const command = jobs
    .command('list')
    .description('queued jobs in the order of their turn, scheduled ones by time, finished ones latest first')
    .option('--limit <n>', 'at most so many', '100')
    .option('--all', 'however many there are')
    .option('--json', 'as a JSON array')
    .action(() => list(io, command))
  addOptions(addFilter(command), STORE_OPTIONS)
}

async function list(io: Io, command: Command): Promise<void> {
  const flags = command.opts<Flags>()
  const limit = flags.all ? Number.POSITIVE_INFINITY : integer(1, Number.MAX_SAFE_INTEGER)('--limit', flags.limit)
  const write = flags.json ? writeJson : writeTable
  await withJobs(io, command, async (session) => {
    const more = await write(io, pages(session.jobs, filterOf(command) ?? {}, limit))
    if (more && !flags.json) io.err(`the first ${limit}: --limit N or --all shows more\n`)
  })
}

/** Page by page, so that a long list needs no memory; returns whether there is more than `limit`. */
async function* pages(jobs: Jobs, filter: ListOptions, limit: number): AsyncGenerator<readonly Job[], boolean> {
  let left = limit
  let cursor: string | null | undefined
  while (cursor !== null) {
    const page = await jobs.list({ ...filter, limit: PAGE, ...(cursor === undefined ? {} : { cursor }) })
    yield page.jobs.slice(0, left)
    left -= page.jobs.length
    if (left < 0) return true
    cursor = page.cursor
  }
  return false
}

async function writeTable(io: Io, chunks: AsyncGenerator<readonly Job[], boolean>): Promise<boolean> {
  return each(chunks, async (jobs) => io.out(table(HEAD, jobs.map(row))))
}

async function writeJson(io: Io, chunks: AsyncGenerator<readonly Job[], boolean>): Promise<boolean> {
  let before = '['
  const more = await each(chunks, async (jobs) => {
    if (jobs.length === 0) return
    await io.out(before + jobs.map((job) => `\n${JSON.stringify(job)}`).join(','))
    before = ','
  })
  await io.out(before === '[' ? '[]\n' : '\n]\n')
  return more
}

/** `for await` would lose what the generator returns. */
async function each<T>(chunks: AsyncGenerator<T, boolean>, take: (chunk: T) => Promise<void>): Promise<boolean> {
  for (;;) {
    const next = await chunks.next()
    if (next.done) return next.value
    await take(next.value)
  }
}

function row(job: Job): (string | number)[] {
  const { id, task, queue, state, priority, attempt, maxAttempts, dueAt, finishedAt } = job
  const attempts = `${attempt}/${maxAttempts ?? '?'}`
  return [id, task, queue, state, priority, attempts, dueAt.toISOString(), finishedAt?.toISOString() ?? '']
}
