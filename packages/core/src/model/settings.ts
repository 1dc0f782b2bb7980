import { type Duration, parseDuration } from './duration'
import { InvalidError } from './errors'
import type { Keep } from './job'
import { checkInteger, checkKnown, checkPriority } from './names'
import { parseRetry, type RetryOptions, type RetryPolicy } from './retry'

export interface PostponeOptions {
  /** For `ctx.postpone()` without a time. Default '5s'. */
  readonly delay?: Duration
  /** How often one job may be postponed; null: for ever. Default 15. */
  readonly max?: number | null
}

/** One duration for all final states, or one for each; 0 deletes at once. */
export type KeepOptions =
  | Duration
  | { readonly completed?: Duration; readonly failed?: Duration; readonly cancelled?: Duration }

/** The settings that a call, a task, a queue and the top level can give; looked up in that order, one by one. */
export interface SettingsOptions {
  /** Lower runs first, -32768 to 32767. Default 10. */
  readonly priority?: number
  /** Runs in all, the first one counted; 1 to 2147483647. Default 3. */
  readonly maxAttempts?: number
  readonly retry?: RetryOptions
  readonly postpone?: PostponeOptions
  /** Counts from the run's start. Default: none (null). */
  readonly timeout?: Duration | null
  /** Default: completed 1d, failed 14d, cancelled 1d. */
  readonly keep?: KeepOptions
}

export const SETTING_FIELDS = ['priority', 'maxAttempts', 'retry', 'postpone', 'timeout', 'keep'] as const

export interface PostponePolicy {
  readonly delay: number
  readonly max: number | null
}

/** Settings with every duration parsed; what is absent is looked up at the next level. */
export interface PartialSettings {
  readonly priority?: number
  readonly maxAttempts?: number
  readonly retry?: Partial<RetryPolicy>
  readonly postpone?: Partial<PostponePolicy>
  readonly timeout?: number | null
  readonly keep?: Partial<Keep>
}

export interface Settings {
  readonly priority: number
  readonly maxAttempts: number
  readonly retry: RetryPolicy
  readonly postpone: PostponePolicy
  readonly timeout: number | null
  readonly keep: Keep
}

const DAY = 86_400_000

/** The table of defaults. */
export const DEFAULT_SETTINGS: Settings = {
  priority: 10,
  maxAttempts: 3,
  // The default jitter hangs on the strategy: see `merge`.
  retry: { strategy: 'exponential', delay: 3_000, maxDelay: 3_600_000, jitter: 0.2, on: null },
  postpone: { delay: 5_000, max: 15 },
  timeout: null,
  keep: { completed: DAY, failed: 14 * DAY, cancelled: DAY },
}

/** @throws InvalidError */
export function parseSettings(field: string, options: SettingsOptions): PartialSettings {
  const parsed: { -readonly [K in keyof PartialSettings]: PartialSettings[K] } = {}
  if (options.priority !== undefined) parsed.priority = checkPriority(`${field}.priority`, options.priority)
  if (options.maxAttempts !== undefined) {
    parsed.maxAttempts = checkInteger(`${field}.maxAttempts`, options.maxAttempts, 1, 2_147_483_647)
  }
  if (options.retry !== undefined) parsed.retry = parseRetry(`${field}.retry`, options.retry)
  if (options.postpone !== undefined) parsed.postpone = parsePostpone(`${field}.postpone`, options.postpone)
  if (options.timeout !== undefined) parsed.timeout = parseTimeout(`${field}.timeout`, options.timeout)
  if (options.keep !== undefined) parsed.keep = parseKeep(`${field}.keep`, options.keep)
  return parsed
}

function parsePostpone(field: string, options: PostponeOptions): Partial<PostponePolicy> {
  checkKnown(field, options, ['delay', 'max'])
  const policy: { -readonly [K in keyof PostponePolicy]?: PostponePolicy[K] } = {}
  if (options.delay !== undefined) policy.delay = parseDuration(`${field}.delay`, options.delay)
  if (options.max !== undefined)
    policy.max = options.max === null ? null : checkInteger(`${field}.max`, options.max, 0, 2_147_483_647)
  return policy
}

function parseTimeout(field: string, value: Duration | null): number | null {
  if (value === null) return null
  const ms = parseDuration(field, value)
  if (ms === 0) throw new InvalidError(field, value, 'a duration above 0, or null for none')
  return ms
}

function parseKeep(field: string, options: KeepOptions): Partial<Keep> {
  if (typeof options === 'number' || typeof options === 'string') {
    const ms = parseDuration(field, options)
    return { completed: ms, failed: ms, cancelled: ms }
  }
  checkKnown(field, options, ['completed', 'failed', 'cancelled'])
  const keep: { -readonly [K in keyof Keep]?: Keep[K] } = {}
  for (const state of ['completed', 'failed', 'cancelled'] as const) {
    const value = options[state]
    if (value !== undefined) keep[state] = parseDuration(`${field}.${state}`, value)
  }
  return keep
}

/** Looks every setting up in the given levels, first to last, and then in the table of defaults. */
export function mergeSettings(levels: readonly (PartialSettings | undefined)[]): Settings {
  const retry = pick(levels.map((level) => level?.retry))
  const strategy = retry.strategy ?? DEFAULT_SETTINGS.retry.strategy
  const jitter = retry.jitter ?? (strategy === 'exponential' ? DEFAULT_SETTINGS.retry.jitter : 0)
  return {
    ...DEFAULT_SETTINGS,
    ...pick(levels),
    retry: { ...DEFAULT_SETTINGS.retry, ...retry, strategy, jitter },
    postpone: { ...DEFAULT_SETTINGS.postpone, ...pick(levels.map((level) => level?.postpone)) },
    keep: { ...DEFAULT_SETTINGS.keep, ...pick(levels.map((level) => level?.keep)) },
  }
}

function pick<T extends object>(levels: readonly (T | undefined)[]): Partial<T> {
  return Object.assign({}, ...[...levels].reverse().filter((level) => level !== undefined))
}
