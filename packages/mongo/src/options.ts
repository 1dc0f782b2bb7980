import { checkBoolean, checkInteger, InvalidError } from '@jobs-worker/core/store'

export interface MongoStoreOptions {
  /** Before the names of all collections: 1 to 100 letters, digits and `_ - .`. @default 'jobs_' */
  readonly prefix?: string
  /** The database's name, 1 to 63 characters. @default the one in the URL; of a client that was given, its own default */
  readonly database?: string
  /** Make collections and indexes at first use; false: JOBS_SCHEMA_MISSING where they are not there. @default true */
  readonly migrate?: boolean
  /**
   * Longest wait in ms, 100 to 600,000, for an answer, and for a server that can write: an election takes about 12
   * seconds. Then the request failed with JOBS_STORE_UNAVAILABLE. Only with a URL: a client has settings of its own.
   * @default 15000
   */
  readonly timeout?: number
}

export interface CheckedOptions extends Required<Omit<MongoStoreOptions, 'database'>> {
  readonly database: string | undefined
}

/** @throws InvalidError */
export function checkOptions({ prefix, database, migrate, timeout }: MongoStoreOptions): CheckedOptions {
  return {
    prefix: checkText('prefix', prefix ?? 'jobs_', /^[\w.-]{1,100}$/, '1 to 100 letters, digits and _ - .'),
    database:
      database === undefined
        ? undefined
        : checkText('database', database, /^[^/\\. "$*<>:|?\0]{1,63}$/, 'the name of a database'),
    migrate: checkBoolean('migrate', migrate ?? true),
    timeout: checkInteger('timeout', timeout ?? 15_000, 100, 600_000),
  }
}

/** The error does not quote it: it may hold a password. @throws InvalidError */
export function checkUrl(url: unknown): string {
  if (typeof url === 'string' && /^mongodb(\+srv)?:\/\/[^/]/.test(url)) return url
  throw wrongUrl(typeof url === 'string' ? 'another text' : url)
}

export function wrongUrl(value: unknown, options?: ErrorOptions): InvalidError {
  return new InvalidError(
    'url',
    value,
    "a URL like 'mongodb://host:27017/app' or 'mongodb+srv://user:password@host/app', or a MongoClient of mongodb",
    options,
  )
}

function checkText(field: string, value: unknown, form: RegExp, expected: string): string {
  if (typeof value === 'string' && form.test(value)) return value
  throw new InvalidError(field, value, expected)
}
