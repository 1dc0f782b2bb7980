import { InvalidError } from './errors'

export const MAX_NAME = 200

const UNFIT = /\0|\p{Surrogate}/u

/**
 * A name of a task, queue, worker or key: 1 to 200 characters, no NUL, no half of a surrogate pair.
 * @throws InvalidError
 */
export function checkName(field: string, value: unknown): string {
  if (typeof value !== 'string' || value.length === 0 || value.length > MAX_NAME || UNFIT.test(value)) {
    throw new InvalidError(field, value, `a name of 1 to ${MAX_NAME} characters without NUL`)
  }
  return value
}

/** @throws InvalidError */
export function checkInteger(field: string, value: unknown, min: number, max: number): number {
  if (!Number.isInteger(value) || (value as number) < min || (value as number) > max) {
    throw new InvalidError(field, value, `a whole number from ${min} to ${max}`)
  }
  return value as number
}

/** @throws InvalidError */
export function checkBoolean(field: string, value: unknown): boolean {
  if (typeof value !== 'boolean') throw new InvalidError(field, value, 'true or false')
  return value
}

export const MIN_PRIORITY = -32_768
export const MAX_PRIORITY = 32_767

/** @throws InvalidError */
export function checkPriority(field: string, value: unknown): number {
  return checkInteger(field, value, MIN_PRIORITY, MAX_PRIORITY)
}

/**
 * Refuses options that nobody reads, so that a misspelt one is seen.
 * @throws InvalidError
 */
export function checkKnown(field: string, options: object, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new InvalidError(field, options, 'an object of options')
  }
  for (const key of Object.keys(options)) {
    if (!known.includes(key))
      throw new InvalidError(`${field}.${key}`, (options as Record<string, unknown>)[key], `one of ${known.join(', ')}`)
  }
}
