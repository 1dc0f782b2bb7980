import { InvalidError } from './errors'

/** Milliseconds, or a number with a unit: '250ms', '3s', '10m', '2h', '1d', '1w'. */
export type Duration = number | string

const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
}

/** The longest duration taken: 100 years. */
export const MAX_DURATION = 36_525 * 86_400_000

/**
 * A duration in whole milliseconds, 0 to 100 years.
 * @param field names the setting in the error
 * @throws InvalidError
 */
export function parseDuration(field: string, value: unknown): number {
  const ms = typeof value === 'string' ? fromText(value) : value
  if (typeof ms !== 'number' || !(ms >= 0 && ms <= MAX_DURATION)) {
    throw new InvalidError(
      field,
      value,
      "a duration: milliseconds from 0, or a text like '500ms', '3s', '10m', '2h', '1d'",
    )
  }
  return Math.round(ms)
}

function fromText(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h|d|w)$/.exec(text.trim())
  return match ? Number(match[1]) * (UNITS[match[2] as string] as number) : Number.NaN
}
