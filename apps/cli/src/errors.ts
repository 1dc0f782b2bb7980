import { JobsError } from '@jobs-worker/core'

/** The command cannot work as it was given. */
export class UsageError extends JobsError {
  constructor(message: string, options?: ErrorOptions) {
    super('JOBS_USAGE', message, options)
  }
}

/** Ends the command with this exit code: what there is to say has been said. */
export class Exit extends Error {
  readonly code: number

  constructor(code: number) {
    super(`exit code ${code}`)
    this.code = code
  }
}

/** Exit codes; 0 is success. */
export const EXIT = { failure: 1, usage: 2, unreachable: 3, notFound: 4 } as const

const CODES: Readonly<Record<string, number>> = {
  JOBS_USAGE: EXIT.usage,
  JOBS_INVALID: EXIT.usage,
  JOBS_INPUT_SCHEMA: EXIT.usage,
  JOBS_STORE_UNAVAILABLE: EXIT.unreachable,
  JOBS_STORE_CONFIG: EXIT.unreachable,
  JOBS_NOT_FOUND: EXIT.notFound,
  JOBS_UNKNOWN_TASK: EXIT.notFound,
}

/** By code, not by class: an adapter of the user's project may come with another copy of core. */
export function exitCode(error: unknown): number {
  return error instanceof Exit ? error.code : (CODES[codeOf(error)] ?? EXIT.failure)
}

export function isUnreachable(error: unknown): boolean {
  return codeOf(error) === 'JOBS_STORE_UNAVAILABLE'
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** For the user: what is expected to go wrong says it in its message, of the rest one wants to see where. */
export function describeError(error: unknown): string {
  const expected = codeOf(error).startsWith('JOBS_') || !(error instanceof Error)
  return expected ? messageOf(error) : (error.stack ?? error.message)
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : ''
}
