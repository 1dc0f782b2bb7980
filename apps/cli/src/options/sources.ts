import type { JobsConfig } from '../config'
import { flagName, OPTIONS, type OptionName, type Values, variableName } from './table'

/** Where settings come from, the strongest first. */
export interface Sources {
  /** As given on the command line; what was not given is absent. */
  readonly flags: Readonly<Record<string, unknown>>
  readonly env: Readonly<Record<string, string | undefined>>
  readonly config: JobsConfig
}

export type Level = keyof Sources

export const LEVELS = ['flags', 'env', 'config'] as const satisfies readonly Level[]

type Value<Name extends OptionName> = ReturnType<(typeof OPTIONS)[Name]['parse']>

/**
 * What one source says, or undefined.
 * @throws InvalidError naming the flag, the variable or the config's field
 */
export function readAt<Name extends OptionName>(level: Level, name: Name, sources: Sources): Value<Name> | undefined {
  const given = GIVEN[level](name, sources)
  return given === undefined ? undefined : (OPTIONS[name].parse(given.field, given.raw) as Value<Name>)
}

/** What the strongest source that says something says. */
export function readOption<Name extends OptionName>(name: Name, sources: Sources): Value<Name> | undefined {
  for (const level of LEVELS) {
    const value = readAt(level, name, sources)
    if (value !== undefined) return value
  }
  return undefined
}

export function readOptions<Name extends OptionName>(names: readonly Name[], sources: Sources): Values<Name> {
  const values: Partial<Record<OptionName, unknown>> = {}
  for (const name of names) {
    const value = readOption(name, sources)
    if (value !== undefined) values[name] = value
  }
  return values as Values<Name>
}

interface Raw {
  readonly field: string
  readonly raw: unknown
}

const GIVEN: Readonly<Record<Level, (name: OptionName, sources: Sources) => Raw | undefined>> = {
  flags: (name, { flags }) => (flags[name] === undefined ? undefined : { field: flagName(name), raw: flags[name] }),
  env: (name, { env }) => {
    const field = variableName(name)
    const raw = env[field]
    return raw === undefined || raw === '' ? undefined : { field, raw: fromVariable(name, field, raw) }
  },
  config: (name, { config }) => {
    const entry: { readonly config?: string } = OPTIONS[name]
    const raw = entry.config === undefined ? undefined : (config as Readonly<Record<string, unknown>>)[entry.config]
    return raw === undefined ? undefined : { field: `config.${entry.config}`, raw }
  },
}

function fromVariable(name: OptionName, field: string, raw: string): unknown {
  const { flag, parse } = OPTIONS[name]
  if (flag.endsWith('...>')) return raw.split(/[\s,]+/).filter((item) => item !== '')
  // JOBS_NO_WAIT=1 says what --no-wait says.
  return flag.startsWith('--no-') ? !parse(field, raw) : raw
}
