import type { Command } from 'commander'
import { Exit, UsageError } from '../errors'
import type { Io } from '../io'
import { addOptions, flagsOf } from '../options/command'
import { WORK_OPTIONS } from '../options/table'
import { beWorkerProcess, WORKER_PROCESS } from '../work/process'
import { work } from '../work/work'

export function addWork(program: Command, io: Io): void {
  const command = program
    .command('work', { isDefault: true })
    .allowExcessArguments()
    .description('run jobs until stopped: a first signal drains, a second aborts, a third ends at once')
    .action(async () => {
      const [word] = command.args
      if (word !== undefined) throw new UsageError(refuse(program, word))
      throw new Exit(await work(io, flagsOf(command)))
    })
  addOptions(command, WORK_OPTIONS)
  program.addHelpText('after', () => `\nOptions of work, the default command:\n${optionsHelp(command)}`)
  program.command(WORKER_PROCESS, { hidden: true }).action(async () => {
    throw new Exit(await beWorkerProcess(io))
  })
}

/** As the default command it gets whatever is none. */
function refuse(program: Command, word: string): string {
  const names = program.commands.map((one) => one.name()).filter((name) => name !== WORKER_PROCESS)
  if (names.includes(word)) return `the command comes first: jobs-worker ${word} [options]`
  return `there is no command ${JSON.stringify(word)}, expected one of ${names.join(', ')}`
}

function optionsHelp(command: Command): string {
  const help = command.createHelp()
  const width = help.longestOptionTermLength(command, help)
  return help
    .visibleOptions(command)
    .map((option) => `  ${help.optionTerm(option).padEnd(width)}  ${help.optionDescription(option)}\n`)
    .join('')
}
