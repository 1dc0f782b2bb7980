import type { JobFilter, JobState } from '@jobs-worker/core'
import { JOB_STATES } from '@jobs-worker/core'
import { type Command, Option } from 'commander'

interface FilterFlags {
  readonly queue?: string
  readonly task?: string
  readonly state?: JobState[]
}

/** Options that name jobs by what they are. */
export function addFilter(command: Command): Command {
  return command
    .option('--queue <name>', 'jobs of this queue')
    .option('--task <name>', 'jobs of this task')
    .addOption(new Option('--state <states...>', 'jobs in these states').choices(JOB_STATES))
}

/** What was asked for, or undefined where nothing was. */
export function filterOf(command: Command): JobFilter | undefined {
  const { queue, task, state } = command.opts<FilterFlags>()
  if (queue === undefined && task === undefined && state === undefined) return undefined
  return {
    ...(queue === undefined ? {} : { queue }),
    ...(task === undefined ? {} : { task }),
    ...(state === undefined ? {} : { states: state }),
  }
}
