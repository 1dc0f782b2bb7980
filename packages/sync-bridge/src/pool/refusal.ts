import { findUncloneable } from '../../thread/cloneable.mjs'
import { NotCloneableError } from '../errors'
import type { Call } from './call'
import type { Isolate } from './options'

/** What was refused although every argument can be cloned. */
const UNSENDABLE = {
  thread: { path: 'transfer', what: 'a list with something that cannot be transferred' },
  process: { path: 'arguments', what: 'or has something that only threads can share' },
}

/** Why the message with this call could not be sent. */
export function refusalOf({ reference, args, transfer }: Call, isolate: Isolate, cause: unknown): NotCloneableError {
  const found = findUncloneable(args, 'arguments', new Set<unknown>(transfer))
  const { path, what } = found ?? UNSENDABLE[isolate]
  return new NotCloneableError(reference.label, path, what, { cause })
}
