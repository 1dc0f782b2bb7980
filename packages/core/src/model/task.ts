import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { Task, TaskContext, UniqueOptions } from './client'
import { parseDuration } from './duration'
import { InvalidError } from './errors'
import { checkKnown, checkName } from './names'
import { parseSettings, SETTING_FIELDS, type SettingsOptions } from './settings'

export type { AnyTask, Task, UniqueOptions } from './client'

export interface TaskOptions<Parsed, Result> extends SettingsOptions {
  readonly name: string
  /** Default 'default'. */
  readonly queue?: string
  /** true: by canonical input, while alive. Default: no. */
  readonly unique?: boolean | UniqueOptions<Parsed>
  /** The names of what the job needs for itself while it runs. */
  readonly locks?: (input: Parsed) => readonly string[]
  /** 'thread' runs the handler outside the event loop and needs `module`. Default 'inline'. */
  readonly isolation?: 'inline' | 'thread'
  /** `import.meta.url` of the module that exports this task. */
  readonly module?: string | URL
  run(input: Parsed, ctx: TaskContext): Result | Promise<Result>
}

const FIELDS = [...SETTING_FIELDS, 'name', 'queue', 'input', 'unique', 'locks', 'isolation', 'module', 'run'] as const

/**
 * Defines a task. With an `input` schema (any Standard Schema) enqueue takes the schema's input and the handler gets its
 * output; without one both are the type that the handler's first parameter says.
 * @throws InvalidError
 */
export function defineTask<Schema extends StandardSchemaV1, Result>(
  options: TaskOptions<StandardSchemaV1.InferOutput<Schema>, Result> & { readonly input: Schema },
): Task<StandardSchemaV1.InferInput<Schema>, StandardSchemaV1.InferOutput<Schema>, Awaited<Result>>
export function defineTask<Input = undefined, Result = unknown>(
  options: TaskOptions<Input, Result> & { readonly input?: undefined },
): Task<Input, Input, Awaited<Result>>
export function defineTask(options: TaskOptions<unknown, unknown> & { input?: StandardSchemaV1 | undefined }): Task {
  checkKnown('task', options, FIELDS)
  const field = `task ${JSON.stringify(checkName('task.name', options.name))}`
  if (typeof options.run !== 'function') throw new InvalidError(`${field}.run`, options.run, 'a function')
  return {
    name: options.name,
    queue: options.queue === undefined ? undefined : checkName(`${field}.queue`, options.queue),
    schema: checkSchema(field, options.input),
    settings: parseSettings(field, options),
    unique: checkUnique(`${field}.unique`, options.unique),
    locks: checkLocks(field, options.locks),
    isolation: checkIsolation(field, options),
    module: options.module === undefined ? undefined : String(options.module),
    run: (input, ctx) => options.run(input, ctx),
  }
}

function checkSchema(field: string, schema: StandardSchemaV1 | undefined): StandardSchemaV1 | undefined {
  if (schema === undefined || typeof schema?.['~standard']?.validate === 'function') return schema
  throw new InvalidError(`${field}.input`, schema, 'a Standard Schema (zod, valibot, arktype, ...)')
}

function checkLocks(field: string, locks: TaskOptions<unknown, unknown>['locks']): typeof locks {
  if (locks === undefined || typeof locks === 'function') return locks
  throw new InvalidError(`${field}.locks`, locks, 'a function of the input that answers names')
}

function checkIsolation(field: string, options: TaskOptions<unknown, unknown>): 'inline' | 'thread' {
  const isolation = options.isolation ?? 'inline'
  if (isolation !== 'inline' && isolation !== 'thread') {
    throw new InvalidError(`${field}.isolation`, isolation, "'inline' or 'thread'")
  }
  if (isolation === 'thread' && options.module === undefined) {
    throw new InvalidError(`${field}.module`, options.module, "import.meta.url, because isolation is 'thread'")
  }
  return isolation
}

/**
 * Checks the `unique` option and gives its long form; undefined where the job is not unique.
 * @throws InvalidError
 */
export function checkUnique<Input>(
  field: string,
  unique: boolean | UniqueOptions<Input> | undefined,
): UniqueOptions<Input> | undefined {
  if (unique === undefined || unique === false) return undefined
  if (unique === true) return {}
  checkKnown(field, unique, ['key', 'while', 'window', 'onConflict'])
  if (unique.key !== undefined && typeof unique.key !== 'function') checkName(`${field}.key`, unique.key)
  if (unique.while !== undefined && unique.while !== 'alive' && unique.while !== 'queued') {
    throw new InvalidError(`${field}.while`, unique.while, "'alive' or 'queued'")
  }
  if (unique.window !== undefined) {
    if (unique.while !== undefined)
      throw new InvalidError(`${field}.window`, unique.window, '`while` or `window`, not both')
    if (parseDuration(`${field}.window`, unique.window) === 0)
      throw new InvalidError(`${field}.window`, unique.window, 'a duration above 0')
  }
  if (unique.onConflict !== undefined && !['return', 'replace', 'throw'].includes(unique.onConflict)) {
    throw new InvalidError(`${field}.onConflict`, unique.onConflict, "'return', 'replace' or 'throw'")
  }
  return unique
}
