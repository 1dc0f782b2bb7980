/**
 * Which error this is. By code, not by class: a handler or an adapter may come with another copy of this package, whose
 * classes are not ours.
 */
export function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null ? (error as { code?: unknown }).code : undefined
}

/** The database did not answer: the same may be tried again. */
export function isUnavailable(error: unknown): boolean {
  return codeOf(error) === 'JOBS_STORE_UNAVAILABLE'
}
