import { type Catalog, keepToStore } from '../model/catalog'
import type { EnqueueOptions } from '../model/client'
import { parseDuration } from '../model/duration'
import { InvalidError } from '../model/errors'
import { hash128 } from '../model/hash'
import { newJobId } from '../model/id'
import type { LockRequest } from '../model/job'
import { canonicalJson, toJson } from '../model/json'
import { checkKnown, checkName } from '../model/names'
import { parseInput } from '../model/schema'
import { type PartialSettings, parseSettings, SETTING_FIELDS } from '../model/settings'
import { type AnyTask, checkUnique, type UniqueOptions } from '../model/task'
import type { Due, JobSettings, NewJob, UniqueRule } from '../store/port'

const FIELDS = [...SETTING_FIELDS, 'delay', 'at', 'queue', 'unique', 'headers', 'tx'] as const

interface Plan {
  readonly queue: string
  readonly due: Due
  readonly call: PartialSettings
  readonly stored: JobSettings | null
  readonly unique: UniqueOptions<unknown> | undefined
  readonly headers: Readonly<Record<string, string>> | null
}

/** What the options alone say: the same for all jobs of one call. */
function plan(name: string, task: AnyTask | undefined, options: EnqueueOptions): Plan {
  checkKnown('options', options, FIELDS)
  const call = parseSettings('options', options)
  return {
    queue: options.queue === undefined ? (task?.queue ?? 'default') : checkName('options.queue', options.queue),
    due: parseDue(options),
    call,
    stored: toStored(call),
    unique:
      options.unique === undefined
        ? task?.unique
        : checkUnique(`task ${JSON.stringify(name)}: options.unique`, options.unique),
    headers: parseHeaders(options.headers),
  }
}

const NOW: Due = { delay: 0 }
const NO_OPTIONS: EnqueueOptions = {}

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
function toStored(call: PartialSettings): JobSettings | null {
  const { retry, postpone, timeout, keep } = call
  if (retry === undefined && postpone === undefined && timeout === undefined && keep === undefined) return null
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

/** Makes jobs of inputs: validates, serialises, computes unique keys and locks. Fails before anything is sent. */
export class Preparer {
  readonly #catalog: Catalog
  readonly #payloadLimit: number

  constructor(catalog: Catalog, payloadLimit: number) {
    this.#catalog = catalog
    this.#payloadLimit = payloadLimit
  }

  one(
    name: string,
    task: AnyTask | undefined,
    input: unknown,
    options: EnqueueOptions = NO_OPTIONS,
  ): NewJob | Promise<NewJob> {
    return this.#make(name, task, -1, input, plan(name, task, options))
  }

  async many(
    name: string,
    task: AnyTask | undefined,
    inputs: readonly unknown[],
    options: EnqueueOptions = NO_OPTIONS,
  ): Promise<NewJob[]> {
    if (!Array.isArray(inputs)) throw new InvalidError('inputs', inputs, 'an array')
    const shared = plan(name, task, options)
    const jobs: NewJob[] = []
    for (const [i, input] of inputs.entries()) {
      const job = this.#make(name, task, i, input, shared)
      jobs.push(job instanceof Promise ? await job : job)
    }
    return jobs
  }

  #make(
    name: string,
    task: AnyTask | undefined,
    index: number,
    input: unknown,
    shared: Plan,
  ): NewJob | Promise<NewJob> {
    const text = toJson(() => labelOf(name, index), input, this.#payloadLimit)
    const needed = task?.schema !== undefined || task?.locks !== undefined || shared.unique !== undefined
    if (!needed) return this.#assemble(name, task, text, undefined, shared)
    const parsed = parseInput(name, task?.schema, text === null ? undefined : JSON.parse(text))
    return parsed instanceof Promise
      ? parsed.then((value) => this.#assemble(name, task, text, value, shared))
      : this.#assemble(name, task, text, parsed, shared)
  }

  #assemble(name: string, task: AnyTask | undefined, input: string | null, parsed: unknown, shared: Plan): NewJob {
    const { queue, call } = shared
    const hasCall = shared.stored !== null || call.priority !== undefined || call.maxAttempts !== undefined
    const settings = this.#catalog.settings(task, queue, hasCall ? call : undefined)
    const known = task !== undefined
    return {
      id: newJobId(queue),
      task: name,
      queue,
      lane: name,
      priority: settings.priority,
      input,
      headers: shared.headers,
      due: shared.due,
      maxAttempts: known || call.maxAttempts !== undefined ? settings.maxAttempts : null,
      keep: known ? keepToStore(settings.keep) : null,
      settings: shared.stored,
      unique: shared.unique === undefined ? null : toRule(name, shared.unique, parsed),
      locks: task?.locks === undefined ? [] : toLocks(name, task.locks(parsed)),
      schedule: null,
    }
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
