import { setTimeout as delay } from 'node:timers/promises'
import { JOB_STATES, type Jobs, type QueueRecord, type WorkerRecord } from '@jobs-worker/core'
import type { Command } from 'commander'
import { isUnreachable, messageOf } from '../errors'
import type { Io } from '../io'
import { addOptions } from '../options/command'
import { duration } from '../options/kinds'
import { STORE_OPTIONS } from '../options/table'
import { table } from '../output/table'
import { count } from '../output/text'
import { scrub } from '../secrets'
import { withJobs } from '../session'
import { queueTable } from './queues'

interface Flags {
  readonly watch?: boolean
  readonly interval: string
  readonly json?: boolean
}

interface Stats {
  readonly queues: readonly QueueRecord[]
  readonly workers: readonly WorkerRecord[]
}

const CLEAR_SCREEN = '\x1b[H\x1b[2J'

export function addStats(program: Command, io: Io): void {
  const command = program
    .command('stats')
    .description('jobs by queue and state, and the workers that live')
    .option('--watch', 'again and again, until interrupted')
    .option('--interval <d>', 'with --watch', '1s')
    .option('--json', 'as a JSON object; with --watch, one a line')
    .action(() => stats(io, command))
  addOptions(command, STORE_OPTIONS)
}

async function stats(io: Io, command: Command): Promise<void> {
  const flags = command.opts<Flags>()
  const interval = duration('--interval', flags.interval)
  await withJobs(io, command, async ({ jobs }) => {
    await show(io, flags, await look(jobs))
    if (flags.watch) await watch(io, flags, jobs, interval)
  })
}

async function watch(io: Io, flags: Flags, jobs: Jobs, interval: number): Promise<void> {
  const interrupt = new AbortController()
  const end = () => interrupt.abort()
  process.once('SIGINT', end).once('SIGTERM', end)
  while (!interrupt.signal.aborted) {
    await delay(interval, undefined, { signal: interrupt.signal }).catch(() => undefined)
    if (interrupt.signal.aborted) return
    try {
      await show(io, flags, await look(jobs))
    } catch (error) {
      if (!isUnreachable(error)) throw error
      io.err(`${scrub(messageOf(error))}\n`)
    }
  }
}

async function look(jobs: Jobs): Promise<Stats> {
  const [queues, workers] = await Promise.all([jobs.queues(), jobs.workers()])
  return { queues, workers }
}

async function show(io: Io, flags: Flags, stats: Stats): Promise<void> {
  if (flags.json)
    return io.out(`${JSON.stringify({ ...stats, total: total(stats.queues) }, null, flags.watch ? 0 : 2)}\n`)
  await io.out(`${flags.watch && io.terminal ? CLEAR_SCREEN : ''}${describe(stats)}\n`)
}

function describe({ queues, workers }: Stats): string {
  const live = workers.map(({ id, host, pid, queues: served, beatAge }) => [
    id,
    host,
    pid,
    served.join(' '),
    `${beatAge}ms`,
  ])
  const list = live.length === 0 ? '' : `\n${table(['WORKER', 'HOST', 'PID', 'QUEUES', 'LAST BEAT'], live)}`
  return `${queueTable(queues)}\n${count(workers.length, 'worker')}\n${list}`
}

function total(queues: readonly QueueRecord[]): Record<string, number> {
  return Object.fromEntries(
    JOB_STATES.map((state) => [state, queues.reduce((sum, queue) => sum + queue.counts[state], 0)]),
  )
}
