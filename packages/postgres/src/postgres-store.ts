import { InvalidError } from '@jobs-worker/core/store'
import pg from 'pg'
import { PgDatabase } from './driver-pg'
import { type CheckedOptions, checkPostgresOptions, checkUrl, type PostgresStoreOptions } from './options'
import { makeSchema } from './schema'
import { PostgresStore } from './store'

/**
 * A store on a PostgreSQL server, version 13 or later.
 * @param target a URL, or a `Pool` of node-postgres, which stays the caller's: it is used, and not ended
 * @throws InvalidError
 * @example
 * createJobs({ store: postgresStore(process.env.DATABASE_URL), tasks })
 */
export function postgresStore(target: string | pg.Pool | undefined, options: PostgresStoreOptions = {}): PostgresStore {
  const checked = checkPostgresOptions(options)
  const schema = makeSchema(checked.schema)
  const database = typeof target === 'object' ? ofPool(target, checked) : ofUrl(checkUrl('url', target), checked)
  const capabilities = { processes: 'many', durable: true, transactions: true, locks: true } as const
  return new PostgresStore(capabilities, database, schema, { migrate: checked.migrate })
}

function ofUrl(url: string, options: CheckedOptions): PgDatabase {
  const pool = new pg.Pool({
    connectionString: url,
    application_name: 'jobs-worker',
    max: options.connections,
    connectionTimeoutMillis: options.timeout,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
  })
  return new PgDatabase({
    ...common(options),
    pool,
    owned: true,
    listen: whereToListen(options, { connectionString: url }),
    label: labelOf(url),
  })
}

function ofPool(pool: pg.Pool, options: CheckedOptions): PgDatabase {
  if (typeof pool?.connect !== 'function' || typeof pool.options !== 'object') {
    throw new InvalidError('url', pool, "a URL like 'postgres://host/database', or a Pool of pg")
  }
  const label =
    pool.options.connectionString === undefined ? "the given pool's database" : labelOf(pool.options.connectionString)
  return new PgDatabase({ ...common(options), pool, owned: false, listen: whereToListen(options, pool.options), label })
}

function common({ pgbouncer, timeout }: CheckedOptions) {
  return { pgbouncer, timeout }
}

function whereToListen({ listenUrl, pgbouncer }: CheckedOptions, usual: pg.ClientConfig): pg.ClientConfig | null {
  if (listenUrl === undefined) return pgbouncer ? null : usual
  return listenUrl === null ? null : { connectionString: listenUrl }
}

/** Host and database, never user or password. */
function labelOf(url: string): string {
  try {
    const { host, pathname } = new URL(url)
    return `${host}${pathname}`
  } catch {
    return 'the database'
  }
}
