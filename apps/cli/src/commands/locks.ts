import { type LockInfo, NotFoundError } from '@jobs-worker/core'
import type { Command } from 'commander'
import type { Io } from '../io'
import { addOptions } from '../options/command'
import { STORE_OPTIONS } from '../options/table'
import { table } from '../output/table'
import { withJobs } from '../session'

const PAGE = 1_000

interface Flags {
  readonly owner?: string
  readonly json?: boolean
}

export function addLocks(program: Command, io: Io): void {
  const locks = program.command('locks').description('who holds which lock')
  const list = locks
    .command('list', { isDefault: true })
    .description('every lock that is held now, by key')
    .option('--owner <name>', 'of this owner only')
    .option('--json', 'as a JSON array')
    .action(() => show(io, list))
  addOptions(list, STORE_OPTIONS)
  const release = locks
    .command('release <keys...>')
    .description("take locks from whoever holds them by a name; a job's end with its run: cancel the job")
    .option('--json', 'answer as a JSON array')
    .action((keys: string[]) => takeAway(io, release, keys))
  addOptions(release, STORE_OPTIONS)
}

async function show(io: Io, command: Command): Promise<void> {
  const { owner, json } = command.opts<Flags>()
  const all = await withJobs(io, command, async ({ jobs }) => {
    const found: LockInfo[] = []
    for (let page: readonly LockInfo[] = [], first = true; first || page.length === PAGE; first = false) {
      const after = page.at(-1)?.key
      page = await jobs.locks.list({ limit: PAGE, ...(owner && { owner }), ...(after && { after }) })
      found.push(...page)
    }
    return found
  })
  await io.out(json ? `${JSON.stringify(all, null, 2)}\n` : lockTable(all))
}

function lockTable(locks: readonly LockInfo[]): string {
  const rows = locks.map(({ key, owner, job, fence, expiresAt }) => [
    key,
    job === null ? owner : `job ${job}`,
    fence,
    expiresAt === null ? 'with its run' : expiresAt.toISOString(),
  ])
  return table(['KEY', 'HELD BY', 'FENCE', 'ENDS'], rows)
}

async function takeAway(io: Io, command: Command, keys: readonly string[]): Promise<void> {
  const taken = await withJobs(io, command, ({ jobs }) => jobs.locks.release(keys))
  if (command.opts<Flags>().json) await io.out(`${JSON.stringify(taken)}\n`)
  else await io.out(taken.map((key) => `released ${key}\n`).join(''))
  const left = keys.filter((key) => !taken.includes(key))
  if (left.length > 0) throw new NotFoundError('lock held by a name', left.join(', '))
}
