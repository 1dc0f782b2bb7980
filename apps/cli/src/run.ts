import { Command, CommanderError } from 'commander'
import manifest from '../package.json' with { type: 'json' }
import { addEnqueue } from './commands/enqueue'
import { addJobs } from './commands/jobs'
import { addLocks } from './commands/locks'
import { addMigrate } from './commands/migrate'
import { addQueues } from './commands/queues'
import { addScheduler } from './commands/scheduler'
import { addSchedules } from './commands/schedules'
import { addStats } from './commands/stats'
import { addWork } from './commands/work'
import { describeError, EXIT, Exit, exitCode } from './errors'
import type { Io } from './io'
import { plain } from './output/text'
import { scrub } from './secrets'

const COMMANDS = [addWork, addEnqueue, addJobs, addQueues, addSchedules, addScheduler, addLocks, addStats, addMigrate]

const CLOSING = `
Settings: flags beat JOBS_ variables (JOBS_STORE for --store), which beat the config file, which beats the defaults.
Exit codes: 0 success, 1 failure, 2 usage, 3 store not reachable, 4 not found.`

/** Runs one command. Answers the exit code. */
export async function run(args: readonly string[], io: Io): Promise<number> {
  try {
    await build(io).parseAsync(args, { from: 'user' })
    return 0
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT.usage
    if (!(error instanceof Exit)) io.err(`jobs-worker: ${scrub(plain(describeError(error)))}\n`)
    return exitCode(error)
  }
}

function build(io: Io): Command {
  const program = new Command('jobs-worker')
    .description('Background jobs for Node.js on the database you already have.')
    .version(manifest.version)
    .exitOverride()
    .showHelpAfterError('(--help tells more)')
    .configureOutput({ writeOut: (text) => void io.out(text), writeErr: (text) => io.err(text) })
  for (const add of COMMANDS) add(program, io)
  return program.addHelpText('after', CLOSING)
}
