import { InvalidError, parseDuration } from '@jobs-worker/core'

/**
 * Makes a value of what a flag, a variable or the config file said; texts of the first two, anything of the last.
 * @throws InvalidError naming `field`
 */
export type Parse<T> = (field: string, raw: unknown) => T

export const text: Parse<string> = (field, raw) => {
  if (typeof raw !== 'string' || raw === '') throw new InvalidError(field, raw, 'a text that is not empty')
  return raw
}

/** One text, or a list of them. */
export const list: Parse<readonly string[]> = (field, raw) => {
  const items = Array.isArray(raw) ? raw : [raw]
  if (items.length === 0) throw new InvalidError(field, raw, 'at least one')
  return items.map((item) => text(field, item))
}

export function integer(min: number, max: number): Parse<number> {
  return (field, raw) => {
    const value = typeof raw === 'string' && /^-?\d+$/.test(raw) ? Number(raw) : raw
    if (!Number.isInteger(value) || (value as number) < min || (value as number) > max) {
      throw new InvalidError(field, raw, `a whole number from ${min} to ${max}`)
    }
    return value as number
  }
}

/** Milliseconds, or a number with a unit. */
export const duration: Parse<number> = (field, raw) =>
  parseDuration(field, typeof raw === 'string' && /^\d+$/.test(raw) ? Number(raw) : raw)

const YES = ['true', '1', 'yes', 'on']
const NO = ['false', '0', 'no', 'off']

export const flag: Parse<boolean> = (field, raw) => {
  if (typeof raw === 'boolean') return raw
  const word = String(raw).toLowerCase()
  if (!YES.includes(word) && !NO.includes(word)) throw new InvalidError(field, raw, 'true or false')
  return YES.includes(word)
}

export function oneOf<const T extends string>(...choices: readonly T[]): Parse<T> {
  return (field, raw) => {
    if (!choices.includes(raw as T)) throw new InvalidError(field, raw, `one of ${choices.join(', ')}`)
    return raw as T
  }
}

/** The instant of an ISO date and time; without a zone it is local time. */
export const instant: Parse<Date> = (field, raw) => {
  const date = new Date(text(field, raw))
  if (Number.isNaN(date.getTime())) throw new InvalidError(field, raw, 'a date and time like 2030-01-31T08:00:00Z')
  return date
}
