import type { Store } from '@jobs-worker/core/store'
import { JobsError } from '@jobs-worker/core/store'
import { difference } from './difference'

/** The stores do not do the same. */
export class Divergence extends Error {
  constructor(what: string, detail: string) {
    super(`${what}: ${detail}`)
    this.name = 'Divergence'
  }
}

/** Two stores that are asked the same and must answer the same. */
export class Pair {
  readonly reference: Store
  readonly subject: Store

  constructor(reference: Store, subject: Store) {
    this.reference = reference
    this.subject = subject
  }

  /**
   * Asks both, one after the other.
   * @param seen what of the answers must be equal; all of it unless told
   * @returns the reference's answer
   */
  async ask<T>(
    what: string,
    call: (store: Store) => Promise<T>,
    seen: (answer: T) => unknown = (answer) => answer,
  ): Promise<T> {
    const expected = await call(this.reference)
    const found = await call(this.subject).catch((error: unknown) => {
      throw new Divergence(what, `${this.subject.name} threw ${describe(error)}`)
    })
    const differs = difference(seen(expected), seen(found))
    if (differs !== null) throw new Divergence(what, differs)
    return expected
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause === undefined ? '' : ` (cause: ${describe(error.cause)})`
  return `${error instanceof JobsError ? error.code : error.name} ${error.message}${cause}`
}
