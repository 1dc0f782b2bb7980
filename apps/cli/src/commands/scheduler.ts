import { createJobs } from '@jobs-worker/core'
import type { Command } from 'commander'
import type { Io } from '../io'
import { addOptions, flagsOf, readSources } from '../options/command'
import { jobsOptions } from '../options/config-file'
import { readOptions } from '../options/sources'
import { SCHEDULER_OPTIONS } from '../options/table'
import { chooseStore } from '../store/choice'
import { connecting } from '../store/connect'
import { openLog } from '../work/log'
import { onShellGone } from '../work/shell'
import { ABORT, DRAIN, Stop } from '../work/stop'

export function addScheduler(program: Command, io: Io): void {
  const command = program
    .command('scheduler')
    .description('enqueue the jobs of schedules that are due, until stopped; needs no tasks, any number may run')
    .action(() => schedule(io, command))
  addOptions(command, SCHEDULER_OPTIONS)
}

async function schedule(io: Io, command: Command): Promise<void> {
  const sources = await readSources(io, flagsOf(command))
  const { pollInterval, wait = true, logLevel = 'info', logFormat = 'text' } = readOptions(SCHEDULER_OPTIONS, sources)
  const { label, create } = chooseStore(sources, io.cwd)
  const { log, end } = openLog(logLevel, logFormat)
  const stop = new Stop()
  stop.onSignals('SIGINT', 'SIGTERM')
  onShellGone(io.env, () => stop.raise(DRAIN))
  // What it has taken another scheduler finishes.
  stop.onRaise((level) => level >= ABORT && process.exit(1))
  const jobs = createJobs({ ...jobsOptions(sources.config), store: await create(), log })
  try {
    const scheduler = jobs.scheduler(pollInterval === undefined ? {} : { pollInterval })
    const stopped = new Promise((resolve) => stop.draining.addEventListener('abort', resolve))
    const start = () => scheduler.start()
    if (await connecting(start, { label, log, wait, signal: stop.draining })) await stopped
  } finally {
    await jobs.close()
    await end()
  }
}
