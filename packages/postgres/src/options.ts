import { checkBoolean, checkInteger, InvalidError } from '@jobs-worker/core/store'

/** Milliseconds. */
const TIMEOUT = 15_000

/** What both stores take. */
export interface SchemaOptions {
  /** The PostgreSQL schema of the tables: 1 to 63 letters, digits, `_` or `-`. @default 'jobs_worker' */
  readonly schema?: string
  /** Bring the schema up to date at first use; false: JOBS_SCHEMA_MISSING where it is not there. @default true */
  readonly migrate?: boolean
}

export interface PostgresStoreOptions extends SchemaOptions {
  /** Connections at most, besides the one that listens; of a pool that was given, that pool's. 1 to 1000. @default 4 */
  readonly connections?: number
  /** The URL leads to PgBouncer in transaction mode: no named statements, and LISTEN only over `listenUrl`. @default false */
  readonly pgbouncer?: boolean
  /** Where to listen for wake-ups; null: not at all, workers poll. @default the URL or the pool's; null with `pgbouncer` */
  readonly listenUrl?: string | null
  /** Longest wait for an answer, in ms, 100 to 600,000; then the request failed with JOBS_STORE_UNAVAILABLE. @default 15000 */
  readonly timeout?: number
}

export type CheckedOptions = Required<Omit<PostgresStoreOptions, 'listenUrl'>> & {
  readonly listenUrl: string | null | undefined
}

/** @throws InvalidError */
export function checkSchemaOptions(options: SchemaOptions): Required<SchemaOptions> {
  return { schema: options.schema ?? 'jobs_worker', migrate: checkBoolean('migrate', options.migrate ?? true) }
}

/** @throws InvalidError */
export function checkPostgresOptions(options: PostgresStoreOptions): CheckedOptions {
  const { listenUrl } = options
  if (listenUrl !== undefined && listenUrl !== null) checkUrl('listenUrl', listenUrl)
  return {
    ...checkSchemaOptions(options),
    connections: checkInteger('connections', options.connections ?? 4, 1, 1_000),
    pgbouncer: checkBoolean('pgbouncer', options.pgbouncer ?? false),
    timeout: checkInteger('timeout', options.timeout ?? TIMEOUT, 100, 600_000),
    listenUrl,
  }
}

/** The error does not quote it: it may hold a password. @throws InvalidError */
export function checkUrl(field: string, url: unknown): string {
  if (typeof url !== 'string' || !/^postgres(ql)?:\/\//.test(url)) {
    throw new InvalidError(
      field,
      typeof url === 'string' ? 'another text' : url,
      "a URL like 'postgres://host/database'",
    )
  }
  return url
}
