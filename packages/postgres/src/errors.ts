import { JobsError, StoreConfigError, StoreUnavailableError } from '@jobs-worker/core/store'

/** Node's codes of a connection that failed or broke. */
const NETWORK = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EAI_AGAIN',
  'ENOENT',
])

/**
 * After these the same request may succeed: connection (08), resources (53), system (58), a server that stops, starts or
 * ended the session (57P), a statement or lock that took too long (57014, 55P03), a transaction that lost against others
 * (40), a server that is a standby just now (25006), a plan of before an upgrade (0A000).
 */
const PASSING = /^(08|53|58|57P|40|57014|55P03|25006|55006|0A000)/

/** Login, database, rights: nothing that waiting changes. */
const SETUP = /^(28|3D|42501)/

/** No such schema, table or function. */
const MISSING = /^(3F000|42P01|42883)$/

/** A transaction that lost against another one; as a whole it may be tried again at once. */
export function isRetryable(error: unknown): boolean {
  const code = codeOf(causeOf(error))
  return code === '40P01' || code === '40001'
}

export function isMissing(error: unknown): boolean {
  return MISSING.test(codeOf(error))
}

function causeOf(error: unknown): unknown {
  return error instanceof StoreUnavailableError ? error.cause : error
}

export function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : ''
}

/** The driver's error as one of core's; an error of neither kind is passed on as it is: it is a fault of this store. */
export function translate(error: unknown, store: string): unknown {
  if (error instanceof JobsError || !(error instanceof Error)) return error
  const code = codeOf(error)
  if (SETUP.test(code)) return new StoreConfigError(store, error.message, { cause: error })
  if (code === 'ENOTFOUND')
    return new StoreUnavailableError(store, `the host is not known: ${error.message}`, { cause: error })
  if (NETWORK.has(code) || PASSING.test(code) || isLost(error)) {
    return new StoreUnavailableError(store, describe(error), { cause: error })
  }
  return error
}

/** node-pg and its pool tell of a lost or unavailable connection in words only. */
function isLost(error: Error): boolean {
  return (
    error instanceof AggregateError ||
    /connection (terminated|ended|error)|terminating connection|timeout|not queryable|client was closed|has ended|ECONN/i.test(
      error.message,
    )
  )
}

function describe(error: Error): string {
  if (error.message !== '') return error.message
  if (error instanceof AggregateError) return error.errors.map((one) => (one as Error).message).join('; ')
  return codeOf(error) || error.name
}
