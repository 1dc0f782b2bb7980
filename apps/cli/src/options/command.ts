import { type Command, Option } from 'commander'
import type { JobsConfig } from '../config'
import type { Io } from '../io'
import { loadConfig } from './config-file'
import { readAt, type Sources } from './sources'
import { OPTIONS, type OptionName, variableName } from './table'

/** Gives a command these options. */
export function addOptions(command: Command, names: readonly OptionName[]): Command {
  for (const name of names) {
    const { flag, help } = OPTIONS[name]
    command.addOption(new Option(flag, `${help} [${variableName(name)}]`))
  }
  return command
}

/** What was given on the command line, without commander's own defaults. */
export function flagsOf(command: Command): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(command.opts()).filter(([name]) => command.getOptionValueSource(name) === 'cli'),
  )
}

/** Loads the config file, and puts it behind the flags and the environment. */
export async function readSources(io: Io, flags: Readonly<Record<string, unknown>>): Promise<Sources> {
  const none: JobsConfig = {}
  const first = { flags, env: io.env, config: none }
  const named = readAt('flags', 'config', first) ?? readAt('env', 'config', first)
  return { ...first, config: await loadConfig(io.cwd, named) }
}
