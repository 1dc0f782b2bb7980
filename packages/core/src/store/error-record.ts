import type { JobError } from '../model/job'
import type { ErrorRecord } from './port/records'

const MAX_TEXT = 10_000
const MAX_CAUSES = 8

/**
 * Whatever was thrown, as it is kept on a job: strings, null and errors with cycles too. Texts are cut at 10,000
 * characters, causes at the eighth.
 */
export function toErrorRecord(thrown: unknown, attempt: number): ErrorRecord {
  return encode(thrown, attempt, new Set())
}

function encode(thrown: unknown, attempt: number, seen: Set<unknown>): ErrorRecord {
  seen.add(thrown)
  const error = typeof thrown === 'object' && thrown !== null ? (thrown as Record<string, unknown>) : null
  const code = error === null ? undefined : read(error, 'code')
  const cause = error === null ? undefined : read(error, 'cause')
  const deeper = cause !== undefined && cause !== null && !seen.has(cause) && seen.size < MAX_CAUSES
  return {
    name: cut(error === null ? 'Error' : text(read(error, 'name')) || 'Error'),
    message: cut(error === null ? String(thrown) : (text(read(error, 'message')) ?? describe(error))),
    stack: error === null ? null : nullable(text(read(error, 'stack'))),
    code: typeof code === 'string' ? cut(code) : typeof code === 'number' ? code : null,
    cause: deeper ? encode(cause, attempt, seen) : null,
    attempt,
    // The store stamps it: its clock is the one that counts.
    time: 0,
  }
}

/** A getter of a foreign error may throw: that must not hide the error. */
function read(error: Record<string, unknown>, field: string): unknown {
  try {
    return error[field]
  } catch {
    return undefined
  }
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function nullable(value: string | undefined): string | null {
  return value === undefined ? null : cut(value)
}

/** Not every database takes NUL or half a surrogate pair in a text. */
function cut(value: string): string {
  const short = value.length > MAX_TEXT ? `${value.slice(0, MAX_TEXT)}...` : value
  return short.replaceAll('\0', '\\0').replace(/\p{Surrogate}/gu, '\ufffd')
}

function describe(value: object): string {
  try {
    return JSON.stringify(value) ?? Object.prototype.toString.call(value)
  } catch {
    return Object.prototype.toString.call(value)
  }
}

export function toJobError(record: ErrorRecord): JobError {
  return { ...record, cause: record.cause === null ? null : toJobError(record.cause), time: new Date(record.time) }
}

/** An error that shows what was kept: for `result()`, whose caller never saw the one that was thrown. */
export function revive(record: ErrorRecord): Error {
  const error = new Error(record.message, record.cause === null ? undefined : { cause: revive(record.cause) })
  error.name = record.name
  if (record.stack !== null) error.stack = record.stack
  if (record.code !== null) Object.assign(error, { code: record.code })
  return error
}
