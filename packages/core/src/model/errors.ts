/** The base of every error of jobs-worker: a class with a stable `code`. */
export class JobsError extends Error {
  readonly code: string

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = new.target.name
    this.code = code
  }
}

/** Quotes a value for a message: short, on one line, whatever it is. */
export function quote(value: unknown): string {
  const text = describe(value)
  return text.length > 100 ? `${text.slice(0, 97)}...` : text
}

function describe(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'function') return `function ${value.name || '(anonymous)'}`
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'an invalid Date' : value.toISOString()
  if (typeof value !== 'object' || value === null) return String(value)
  try {
    return JSON.stringify(value) ?? String(value)
  } catch {
    return Object.prototype.toString.call(value)
  }
}

/** Bad input: names the field, quotes the value, tells what was expected. */
export class InvalidError extends JobsError {
  readonly field: string
  readonly value: unknown
  readonly expected: string

  constructor(field: string, value: unknown, expected: string, options?: ErrorOptions) {
    super('JOBS_INVALID', `${field}: expected ${expected}, got ${quote(value)}`, options)
    this.field = field
    this.value = value
    this.expected = expected
  }
}

/** The input is not what the task's schema asks for. */
export class InputSchemaError extends JobsError {
  readonly issues: readonly { readonly path: string; readonly message: string }[]

  constructor(task: string, issues: readonly { readonly path: string; readonly message: string }[]) {
    const lines = issues.map((issue) => (issue.path === '' ? issue.message : `${issue.path}: ${issue.message}`))
    super('JOBS_INPUT_SCHEMA', `task ${quote(task)}: input does not match its schema: ${lines.join('; ')}`)
    this.issues = issues
  }
}

/** Thrown by a handler: the job ends failed, whatever attempts are left. */
export class PermanentError extends JobsError {
  constructor(message: string, options?: ErrorOptions) {
    super('JOBS_PERMANENT', message, options)
  }
}

/** Thrown by a handler, or by `ctx.postpone()`: the job runs again later without costing an attempt. */
export class PostponeError extends JobsError {
  /** As given: milliseconds or '5m'; undefined: the task's `postpone.delay`. */
  readonly delay: number | string | undefined

  constructor(delay?: number | string) {
    super('JOBS_POSTPONE', delay === undefined ? 'postponed' : `postponed by ${quote(delay)}`)
    this.delay = delay
  }
}

/** The job was postponed more often than `postpone.max` allows. */
export class MaxPostponesError extends JobsError {
  constructor(max: number) {
    super('JOBS_MAX_POSTPONES', `postponed more than ${max} times`)
  }
}

/** The run took longer than the task's `timeout`, or a wait longer than asked. */
export class TimeoutError extends JobsError {
  constructor(message: string, options?: ErrorOptions) {
    super('JOBS_TIMEOUT', message, options)
  }
}

/** The worker of a started job went silent for longer than its lease. */
export class LeaseExpiredError extends JobsError {
  constructor() {
    super('JOBS_LEASE_EXPIRED', 'the worker that ran this job went away: its lease ran out')
  }
}

/** The reason of the signal of a run whose lease is another's now. */
export class LeaseLostError extends JobsError {
  constructor(job: string) {
    super('JOBS_LEASE_LOST', `job ${quote(job)}: its lease was taken; nothing this run writes counts any more`)
  }
}

/** The reason of the signal of a cancelled run; what `result()` of a cancelled job throws. */
export class CancelledError extends JobsError {
  constructor(job: string) {
    super('JOBS_CANCELLED', `job ${quote(job)} was cancelled`)
  }
}

/** The reason of the signal of a run that outlived the worker's stop timeout. */
export class StoppedError extends JobsError {
  constructor(worker: string) {
    super('JOBS_STOPPED', `worker ${quote(worker)} is stopping`)
  }
}

/** What `result()` of a failed job throws; its cause is the last error of the job. */
export class JobFailedError extends JobsError {
  constructor(job: string, message: string, options?: ErrorOptions) {
    super('JOBS_JOB_FAILED', `job ${quote(job)} failed: ${message}`, options)
  }
}

export class NotFoundError extends JobsError {
  constructor(what: string, name: string) {
    super('JOBS_NOT_FOUND', `there is no ${what} ${quote(name)}`)
  }
}

export class ResultNotKeptError extends JobsError {
  constructor(job: string) {
    super(
      'JOBS_RESULT_NOT_KEPT',
      `job ${quote(job)} has ended and its result is not kept: give its task a longer \`keep\``,
    )
  }
}

/** The unique key is held by another job. */
export class UniqueConflictError extends JobsError {
  /** The job that holds it, where known. */
  readonly holder: string | null

  constructor(task: string, key: string, holder: string | null) {
    const by = holder === null ? 'another job' : `job ${quote(holder)}`
    super('JOBS_UNIQUE_CONFLICT', `task ${quote(task)}: unique key ${quote(key)} is held by ${by}`)
    this.holder = holder
  }
}

/** `strictTasks` is set and no task of this name was given. */
export class UnknownTaskError extends JobsError {
  constructor(task: string) {
    super('JOBS_UNKNOWN_TASK', `task ${quote(task)} is not known here, and \`strictTasks\` is set`)
  }
}

/** A live worker has this id. */
export class WorkerIdTakenError extends JobsError {
  constructor(id: string, host: string, pid: number) {
    super('JOBS_WORKER_ID_TAKEN', `worker ${quote(id)} runs already: process ${pid} on ${quote(host)}`)
  }
}

/** An operation in a state that does not allow it. */
export class StateError extends JobsError {
  constructor(message: string) {
    super('JOBS_STATE', message)
  }
}

/** The database does not answer; what was asked may or may not have happened. Safe to send again under its request id. */
export class StoreUnavailableError extends JobsError {
  constructor(store: string, what: string, options?: ErrorOptions) {
    super('JOBS_STORE_UNAVAILABLE', `${store} store: ${what}`, options)
  }
}

export class StoreClosedError extends JobsError {
  constructor(store: string) {
    super('JOBS_STORE_CLOSED', `${store} store: it is closed`)
  }
}

/** The store was set up wrong, or lacks a right: trying again will not help. */
export class StoreConfigError extends JobsError {
  constructor(store: string, message: string, options?: ErrorOptions) {
    super('JOBS_STORE_CONFIG', `${store} store: ${message}`, options)
  }
}

export class SchemaMissingError extends JobsError {
  constructor(store: string, where: string) {
    super('JOBS_SCHEMA_MISSING', `${store} store: no tables in ${quote(where)}: run \`jobs-worker migrate\``)
  }
}

/** The database has a newer schema that this version cannot work with. */
export class SchemaTooNewError extends JobsError {
  constructor(store: string, found: number, compatibleFrom: number, mine: number) {
    super(
      'JOBS_SCHEMA_TOO_NEW',
      `${store} store: the schema is version ${found} and needs at least ${compatibleFrom}, this is ${mine}: update jobs-worker`,
    )
  }
}

export class TransactionsUnsupportedError extends JobsError {
  constructor(store: string, detail = 'it has no transactions to take part in') {
    super('JOBS_TX_UNSUPPORTED', `${store} store: ${detail}`)
  }
}

/** The reason of a lock set's signal: one of its locks is another's, or free to be. */
export class LockLostError extends JobsError {
  readonly keys: readonly string[]

  constructor(owner: string, keys: readonly string[]) {
    super(
      'JOBS_LOCK_LOST',
      `${quote(owner)} has lost ${keys.length === 1 ? 'lock' : 'locks'} ${keys.map(quote).join(', ')}`,
    )
    this.keys = keys
  }
}

export class LocksUnsupportedError extends JobsError {
  constructor(store: string) {
    super('JOBS_LOCKS_UNSUPPORTED', `${store} store: it has no locks`)
  }
}

/** The store holds a request's worth of data that it cannot take. */
export class PayloadTooLargeError extends JobsError {
  constructor(what: string, bytes: number, limit: number) {
    super('JOBS_PAYLOAD_TOO_LARGE', `${what}: ${bytes} bytes are more than the limit of ${limit}`)
  }
}
