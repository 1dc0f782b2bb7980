import { JobsError, PayloadTooLargeError, StoreConfigError, StoreUnavailableError } from '@jobs-worker/core/store'
import { MongoBulkWriteError, MongoServerError } from 'mongodb'

export const STORE = 'mongo'

const MOST_BYTES = 16_777_216

const DUPLICATE = 11_000
const WRITE_CONFLICT = 112
const NO_SUCH_TRANSACTION = 251

/** Login and rights: nothing that waiting changes. */
const SETUP = new Set([13, 18, 8_000])

/** Indexes of the same name that are others. */
const OTHER_INDEX = new Set([85, 86])

/** Too large a document, told by the server. */
const TOO_LARGE = new Set([10_334, 17_419, 17_420])

/** After these the same request may succeed: network, elections, shutdown, time limits, conflicts, write concern. */
const PASSING = new Set([
  ...[6, 7, 43, 50, 64, 79, 89, 91, 100, 112, 133, 134, 175, 189, 234, 237, 251, 262, 317, 358, 384],
  ...[9_001, 10_058, 10_107, 11_600, 11_602, 13_388, 13_435, 13_436, 50_915],
])

const LOST = /Network|ServerSelection|PoolCleared|Topology|NotConnected|WaitQueueTimeout|ConnectionPoolClosed|Expired/

const LABELS = ['RetryableWriteError', 'TransientTransactionError', 'NetworkError', 'ResetPool']

/** The driver's error as one of core's; an error of neither kind is passed on as it is: it is a fault of this store. */
export function translate(error: unknown): unknown {
  if (error instanceof JobsError || !(error instanceof Error)) return error
  const code = codeOf(error)
  const message = error.message.replace(/mongodb(\+srv)?:\/\/\S*/g, 'mongodb://...')
  const setup = setupOf(error)
  if (setup !== null) return new StoreConfigError(STORE, setup, { cause: error })
  if (OTHER_INDEX.has(code)) {
    return new StoreConfigError(STORE, `an index is not what it should be: ${message}. Drop it, then migrate again`, {
      cause: error,
    })
  }
  if (TOO_LARGE.has(code) || /larger than the maximum size|too large/i.test(error.message)) {
    return new PayloadTooLargeError('a job as MongoDB stores it', MOST_BYTES + 1, MOST_BYTES)
  }
  if (PASSING.has(code) || LOST.test(error.name) || hasLabel(error) || isCutOff(error)) {
    return new StoreUnavailableError(STORE, message === '' ? error.name : message, { cause: error })
  }
  return error
}

/** Why it is no use to ask again, in the words of who has to change something; null where it is not that. */
function setupOf(error: Error): string | null {
  const code = codeOf(error)
  if (code === 13) return `a right is missing: ${error.message}. Give its user the role readWrite on this database`
  if (SETUP.has(code)) return `login failed: ${error.message}`
  if (error.name === 'MongoCompatibilityError') return `${error.message}. MongoDB 5.0 or later is needed`
  // Where no server could be chosen the reason is that of the servers.
  const { cause } = error as { cause?: unknown }
  return error.name === 'MongoServerSelectionError' && cause instanceof Error ? setupOf(cause) : null
}

/** A unique index, or an id, refused it. */
export function isDuplicate(error: unknown): boolean {
  return codeOf(error) === DUPLICATE
}

/** Lost against another write, and may be sent again at once. */
export function isConflict(error: unknown): boolean {
  return codeOf(error) === WRITE_CONFLICT || isDeadlock(error)
}

/** What servers on another engine say of a statement that they ended, with nothing written, so that others could go on. */
function isDeadlock(error: unknown): boolean {
  return error instanceof MongoServerError && /^deadlock detected/.test(error.message)
}

/** A transaction that another write has ended, and that may begin anew. */
export function isLostRace(error: unknown): boolean {
  const cause = error instanceof StoreUnavailableError ? error.cause : error
  return [DUPLICATE, WRITE_CONFLICT, NO_SUCH_TRANSACTION].includes(codeOf(cause))
}

export function codeOf(error: unknown): number {
  return error instanceof MongoServerError && typeof error.code === 'number' ? error.code : 0
}

/** Of several writes the driver keeps only the message of what broke its connection; what a server says has a code. */
function isCutOff(error: Error): boolean {
  return error instanceof MongoBulkWriteError && codeOf(error) === 0
}

function hasLabel(error: Error): boolean {
  const labels = (error as { errorLabels?: readonly string[] }).errorLabels ?? []
  return LABELS.some((label) => labels.includes(label))
}
