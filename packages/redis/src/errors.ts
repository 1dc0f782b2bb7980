import { JobsError, StoreConfigError, StoreUnavailableError } from '@jobs-worker/core/store'

const STORE = 'redis'

/** Login, rights and certificates: nothing that waiting changes. */
const SETUP =
  /^(WRONGPASS|NOAUTH|NOPERM|NOPROTO|ERR (invalid password|AUTH|Client sent AUTH|unknown command))|ACL failure in script|can't run this command|can't access at least one of the keys|\bcertificate\b/

/** The server is up and cannot answer now: it loads, lost its master, is being moved, or fails over. */
const PASSING = /^(LOADING|BUSY|MASTERDOWN|READONLY|CLUSTERDOWN|TRYAGAIN|MOVED|ASK|UNBLOCKED|NOREPLICAS|MISCONF)/

/** ioredis tells of a lost or unavailable connection in words and names. */
const LOST =
  /Connection is closed|Command timed out|Stream isn't writeable|Socket closed|Connection closed|ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ENOENT|All sentinels are unreachable|Failed to refresh slots cache|Cluster isn't ready|Command aborted|None of startup nodes|max retries per request|Cluster is ended|Too many Cluster redirections/i

/** The driver's error as one of core's; an error of neither kind is passed on as it is: it is a fault of this store. */
export function translate(error: unknown, latest: Error | null = null): unknown {
  if (error instanceof JobsError || !(error instanceof Error)) return error
  const message = innermost(error)
  if (SETUP.test(message)) return new StoreConfigError(STORE, withoutSecrets(message), { cause: error })
  if (/\bOOM\b/.test(message)) {
    const full = `Redis is full (${message}): raise maxmemory, or shorten \`keep\``
    return new StoreUnavailableError(STORE, full, { cause: error })
  }
  if (PASSING.test(message)) return new StoreUnavailableError(STORE, message, { cause: error })
  if (!LOST.test(message) && !LOST.test(error.name)) return error
  const why = latest === null ? null : innermost(latest)
  if (why !== null && SETUP.test(why)) return new StoreConfigError(STORE, withoutSecrets(why), { cause: latest })
  return new StoreUnavailableError(STORE, why ?? message, { cause: error })
}

export function isMissingScript(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('NOSCRIPT')
}

function innermost(error: Error): string {
  const last = (error as { lastNodeError?: Error }).lastNodeError
  if (last) return innermost(last)
  if (error instanceof AggregateError) return error.errors.map((one) => (one as Error).message).join('; ')
  return error.message === '' ? ((error as { code?: string }).code ?? error.name) : error.message
}

/** Redis quotes what it does not understand. */
function withoutSecrets(message: string): string {
  return message.replace(/, with args beginning with:.*/s, '')
}
