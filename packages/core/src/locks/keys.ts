import { InvalidError } from '../model/errors'
import { checkName } from '../model/names'

/** So many at once; a request stays small, and a set that needs more has too fine keys. */
const MOST = 1_000

/**
 * Keys as they go to the store: each once, in one order.
 * @throws InvalidError
 */
export function checkKeys(field: string, keys: unknown): readonly string[] {
  if (!Array.isArray(keys) || keys.length === 0 || keys.length > MOST) {
    throw new InvalidError(field, keys, `a list of 1 to ${MOST} names`)
  }
  for (const key of keys) checkName(field, key)
  if (new Set(keys).size !== keys.length) throw new InvalidError(field, keys, 'names that differ')
  return [...keys].sort()
}
