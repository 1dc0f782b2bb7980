import { type Duration, MAX_DURATION, parseDuration } from './duration'
import { InvalidError } from './errors'
import { checkKnown } from './names'

export type ErrorClass = abstract new (...args: never[]) => Error

/** Which errors run a job again: classes (instanceof, or else by name), names, or a predicate. */
export type RetryOn = readonly (ErrorClass | string)[] | ((error: unknown) => boolean)

export type RetryStrategy = 'constant' | 'incremental' | 'exponential' | ((attempt: number, error: unknown) => Duration)

export interface RetryOptions {
  /** Default 'exponential'. incremental: delay, 2 x delay, 3 x delay; exponential: delay, 2 x, 4 x, ... */
  readonly strategy?: RetryStrategy
  /** Default '3s'. */
  readonly delay?: Duration
  /** Default '1h'. */
  readonly maxDelay?: Duration
  /** 0 to 1: up to this share of the delay is added or taken, at random. Default 0.2 for exponential, else 0. */
  readonly jitter?: number
  /** Default: every error. */
  readonly on?: RetryOn
}

export interface RetryPolicy {
  readonly strategy: RetryStrategy
  readonly delay: number
  readonly maxDelay: number
  readonly jitter: number
  readonly on: RetryOn | null
}

const FIELDS = ['strategy', 'delay', 'maxDelay', 'jitter', 'on'] as const

/** @throws InvalidError */
export function parseRetry(field: string, options: RetryOptions): Partial<RetryPolicy> {
  checkKnown(field, options, FIELDS)
  const policy: { -readonly [K in keyof RetryPolicy]?: RetryPolicy[K] } = {}
  if (options.strategy !== undefined) policy.strategy = parseStrategy(`${field}.strategy`, options.strategy)
  if (options.delay !== undefined) policy.delay = parseDuration(`${field}.delay`, options.delay)
  if (options.maxDelay !== undefined) policy.maxDelay = parseDuration(`${field}.maxDelay`, options.maxDelay)
  if (options.jitter !== undefined) policy.jitter = parseJitter(`${field}.jitter`, options.jitter)
  if (options.on !== undefined) policy.on = parseOn(`${field}.on`, options.on)
  return policy
}

function parseStrategy(field: string, value: unknown): RetryStrategy {
  if (value === 'constant' || value === 'incremental' || value === 'exponential') return value
  if (typeof value === 'function') return value as RetryStrategy
  throw new InvalidError(field, value, "'constant', 'incremental', 'exponential' or a function")
}

function parseJitter(field: string, value: unknown): number {
  if (typeof value === 'number' && value >= 0 && value <= 1) return value
  throw new InvalidError(field, value, 'a number from 0 to 1')
}

function parseOn(field: string, value: unknown): RetryOn {
  if (typeof value === 'function') return value as RetryOn
  if (Array.isArray(value) && value.every((one) => typeof one === 'function' || typeof one === 'string'))
    return value as RetryOn
  throw new InvalidError(field, value, 'a list of error classes or names, or a predicate')
}

/** Whether the policy runs a job again after this error. */
export function covers(on: RetryOn | null, error: unknown): boolean {
  if (on === null) return true
  if (typeof on === 'function') return on(error) === true
  const names = namesOf(error)
  return on.some((one) =>
    typeof one === 'string' ? names.includes(one) : error instanceof one || names.includes(one.name),
  )
}

/** The names of an error's class and of those it extends: classes of another copy of a package match by these. */
function namesOf(error: unknown): readonly string[] {
  if (typeof error !== 'object' || error === null) return []
  const names: string[] = []
  const own = (error as { name?: unknown }).name
  if (typeof own === 'string') names.push(own)
  for (let proto = Object.getPrototypeOf(error); proto !== null; proto = Object.getPrototypeOf(proto)) {
    const name: unknown = proto.constructor?.name
    if (typeof name === 'string' && name !== 'Object') names.push(name)
  }
  return names
}

/**
 * Milliseconds to wait after the attempt of this number (from 1) has failed.
 * @param random 0 to 1, spreads the jitter evenly on both sides of the delay
 */
export function backoff(
  policy: RetryPolicy,
  attempt: number,
  error: unknown,
  random: () => number = Math.random,
): number {
  const plain = growth(policy, attempt, error)
  const capped = Math.min(plain, policy.maxDelay)
  if (policy.jitter === 0) return capped
  return Math.round(Math.min(capped * (1 + policy.jitter * (2 * random() - 1)), MAX_DURATION))
}

function growth(policy: RetryPolicy, attempt: number, error: unknown): number {
  if (typeof policy.strategy === 'function') return parseDuration('retry.strategy()', policy.strategy(attempt, error))
  if (policy.strategy === 'constant') return policy.delay
  if (policy.strategy === 'incremental') return policy.delay * attempt
  return policy.delay * 2 ** (attempt - 1)
}
