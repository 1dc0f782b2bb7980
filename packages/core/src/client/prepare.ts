import { type Catalog, keepToStore } from '../model/catalog'
import type { EnqueueOptions } from '../model/client'
import { parseDuration } from '../model/duration'
import { InvalidError } from '../model/errors'
import { hash128 } from '../model/hash'
import { newJobId } from '../model/id'
import type { Keep, LockRequest } from '../model/job'
import { canonicalJson, toJson } from '../model/json'
import { checkKnown, checkName } from '../model/names'
import { parseInput } from '../model/schema'
import { type PartialSettings, parseSettings, SETTING_FIELDS } from '../model/settings'
import { type AnyTask, checkUnique, type UniqueOptions } from '../model/task'
import type { Due, JobSettings, NewJob, UniqueRule } from '../store/port'

const FIELDS = [...SETTING_FIELDS, 'delay', 'at', 'queue', 'unique', 'headers', 'tx'] as const

/** What the task and the options alone say: the same for all jobs of one call. */
export interface Plan {
  readonly name: string
  readonly task: AnyTask | undefined
  readonly queue: string
  readonly due: Due
  readonly priority: number
  readonly maxAttempts: number | null
  readonly keep: Keep | null
  readonly stored: JobSettings | null
  readonly unique: UniqueOptions<unknown> | undefined
  readonly headers: Readonly<Record<string, string>> | null
}

/** An input that was found good, and what else of its job depends on it. */
export interface Checked {
  readonly input: string | null
  readonly unique: UniqueRule | null
  readonly locks: readonly LockRequest[]
}

const NOW: Due = { delay: 0 }
const NO_OPTIONS: EnqueueOptions = {}
const NO_LOCKS: readonly LockRequest[] = []

function parseDue(options: EnqueueOptions): Due {
  if (options.at !== undefined) {
    if (options.delay !== undefined) throw new InvalidError('options.delay', options.delay, '`delay` or `at`, not both')
    if (!(options.at instanceof Date) || Number.isNaN(options.at.getTime()))
      throw new InvalidError('options.at', options.at, 'a Date')
    return { at: options.at.getTime() }
  }
  return options.delay === undefined ? NOW : { delay: parseDuration('options.delay', options.delay) }
}

/** Only what JSON can carry crosses to another process. */
function toStored(call: PartialSettings, known: boolean): JobSettings | null {
  const { retry, postpone, timeout, keep } = call
  const maxAttempts = known ? undefined : call.maxAttempts
  if ([retry, postpone, timeout, keep, maxAttempts].every((value) => value === undefined)) return null
  if (typeof retry?.strategy === 'function') {
    throw new InvalidError(
      'options.retry.strategy',
      retry.strategy,
      "'constant', 'incremental' or 'exponential': a function belongs in defineTask",
    )
  }
  if (typeof retry?.on === 'function') {
    throw new InvalidError('options.retry.on', retry.on, 'classes or names: a predicate belongs in defineTask')
  }
  const on = retry?.on?.map((one) => (typeof one === 'string' ? one : one.name))
  return {
    ...(retry === undefined ? {} : { retry: { ...retry, ...(on === undefined ? {} : { on }) } }),
    ...(postpone === undefined ? {} : { postpone }),
    ...(timeout === undefined ? {} : { timeout }),
    ...(keep === undefined ? {} : { keep }),
    ...(maxAttempts === undefined ? {} : { maxAttempts }),
  }
}

function parseHeaders(headers: EnqueueOptions['headers']): Plan['headers'] {
  if (headers === undefined) return null
  if (typeof headers !== 'object' || headers === null)
    throw new InvalidError('options.headers', headers, 'an object of texts')
  for (const [key, value] of Object.entries(headers)) {
    checkName('options.headers', key)
    if (typeof value !== 'string' || /\0|\p{Surrogate}/u.test(value)) {
      throw new InvalidError(`options.headers.${key}`, value, 'a text without NUL')
    }
  }
  return { ...headers }
}

/**
 * Makes jobs of inputs, in two steps: `check` does all that can fail (JSON, schema, unique key, locks), `job` cannot fail.
 * So all of a call are checked before the first is sent, and only those on their way take memory as jobs.
 */
export class Preparer {
  readonly #catalog: Catalog
  readonly #payloadLimit: number

  constructor(catalog: Catalog, payloadLimit: number) {
    this.#catalog = catalog
    this.#payloadLimit = payloadLimit
  }

  /** @throws InvalidError */
  plan(name: string, task: AnyTask | undefined, options: EnqueueOptions = NO_OPTIONS): Plan {
    checkKnown('options', options, FIELDS)
    const call = parseSettings('options', options)
    const known = task !== undefined
    const stored = toStored(call, known)
    const queue = options.queue === undefined ? (task?.queue ?? 'default') : checkName('options.queue', options.queue)
    const hasCall = stored !== null || call.priority !== undefined || call.maxAttempts !== undefined
    const settings = this.#catalog.settings(task, queue, hasCall ? call : undefined)
    return {
      name,
      task,
      queue,
      due: parseDue(options),
      priority: settings.priority,
      maxAttempts: known ? settings.maxAttempts : null,
      keep: known ? keepToStore(settings.keep) : null,
      stored,
      unique:
        options.unique === undefined
          ? task?.unique
          : checkUnique(`task ${JSON.stringify(name)}: options.unique`, options.unique),
      headers: parseHeaders(options.headers),
    }
  }

  /**
   * @param index where the input stands in the call's list; -1: it is the only one
   * @throws InvalidError, InputSchemaError, PayloadTooLargeError
   */
  check(plan: Plan, index: number, input: unknown): Checked | Promise<Checked> {
    const { name, task } = plan
    const text = toJson(() => labelOf(name, index), input, this.#payloadLimit)
    const needed = task?.schema !== undefined || task?.locks !== undefined || plan.unique !== undefined
    if (!needed) return { input: text, unique: null, locks: NO_LOCKS }
    const parsed = parseInput(name, task?.schema, text === null ? undefined : JSON.parse(text))
    return parsed instanceof Promise
      ? parsed.then((value) => toChecked(plan, text, value))
      : toChecked(plan, text, parsed)
  }

  job(plan: Plan, { input, unique, locks }: Checked): NewJob {
    const { name, queue, priority, headers, due, maxAttempts, keep, stored } = plan
    return {
      id: newJobId(queue),
      task: name,
      queue,
      lane: name,
      priority,
      input,
      headers,
      due,
      maxAttempts,
      keep,
      settings: stored,
      unique,
      locks,
      schedule: null,
    }
  }
}

function toChecked({ name, task, unique }: Plan, input: string | null, parsed: unknown): Checked {
  return {
    input,
    unique: unique === undefined ? null : toRule(name, unique, parsed),
    locks: task?.locks === undefined ? NO_LOCKS : toLocks(name, task.locks(parsed)),
  }
}

function labelOf(task: string, index: number): string {
  return `task ${JSON.stringify(task)}: ${index < 0 ? 'input' : `inputs[${index}]`}`
}

function toRule(task: string, unique: UniqueOptions<unknown>, parsed: unknown): UniqueRule {
  const field = `task ${JSON.stringify(task)}: unique.key`
  const given = typeof unique.key === 'function' ? unique.key(parsed) : unique.key
  const window = unique.window === undefined ? null : parseDuration('unique.window', unique.window)
  return {
    key: given === undefined ? hash128(canonicalJson(parsed)) : checkName(field, given),
    while: window !== null ? 'window' : (unique.while ?? 'alive'),
    window,
    onConflict: unique.onConflict ?? 'return',
  }
}

/**
 * The locks of a job, each key once, in one order.
 * @throws InvalidError
 */
export function toLocks(task: string, keys: readonly string[]): LockRequest[] {
  const field = `task ${JSON.stringify(task)}: locks`
  if (!Array.isArray(keys)) throw new InvalidError(field, keys, 'an array of names')
  for (const key of keys) checkName(field, key)
  if (new Set(keys).size !== keys.length) throw new InvalidError(field, keys, 'names that differ')
  return [...keys].sort().map((key) => ({ key, slots: 1 }))
}
