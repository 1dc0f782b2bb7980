import { type Job, type LockInfo, NotFoundError } from '@jobs-worker/core'
import type { Command } from 'commander'
import type { Io } from '../io'
import { addOptions } from '../options/command'
import { STORE_OPTIONS } from '../options/table'
import { plain } from '../output/text'
import { withJobs } from '../session'

export function addShow(jobs: Command, io: Io): void {
  const command = jobs
    .command('show <id>')
    .description('all that is known of one job')
    .option('--json', 'as a JSON object')
    .action((id: string) => show(io, command, id))
  addOptions(command, STORE_OPTIONS)
}

async function show(io: Io, command: Command, id: string): Promise<void> {
  const { job, held } = await withJobs(io, command, async ({ jobs }) => {
    const job = await jobs.get(id)
    return { job, held: job?.state === 'blocked' ? await jobs.locks.list({ keys: job.locks }) : [] }
  })
  if (job === null) throw new NotFoundError('job', id)
  await io.out(
    command.opts<{ json?: boolean }>().json ? `${JSON.stringify(job, null, 2)}\n` : describe(job) + why(job, held),
  )
}

/** What a blocked job waits for. */
function why({ state }: Job, held: readonly LockInfo[]): string {
  if (state !== 'blocked') return ''
  const holders = held.map(({ key, owner, job }) => `${key}, held by ${job === null ? owner : `job ${job}`}`)
  return line('waits for', holders.length > 0 ? holders.join('; ') : 'its turn at its locks')
}

function describe({ errors, ...job }: Job): string {
  const fields = Object.entries(job).flatMap(([name, value]) => (isEmpty(value) ? [] : [line(name, value)]))
  const history = errors.map((error) => `  [${error.time.toISOString()}] ${plain(error.message)}\n`)
  return [...fields, ...(history.length > 0 ? ['errors:\n', ...history] : [])].join('')
}

function line(name: string, value: unknown): string {
  const shown = value instanceof Date ? value.toISOString() : typeof value === 'string' ? value : JSON.stringify(value)
  return `${`${name}:`.padEnd(13)}${plain(shown)}\n`
}

function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined) return true
  return typeof value === 'object' && !(value instanceof Date) && Object.keys(value).length === 0
}
