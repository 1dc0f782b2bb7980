import {
  type Ears,
  StoreConfigError,
  StoreUnavailableError,
  TransactionsUnsupportedError,
} from '@jobs-worker/core/store'
import type pg from 'pg'
import type { Call, Database, Row } from './database'
import { destroy } from './destroy-pg'
import { translate } from './errors'
import { PgListener } from './listener-pg'

export interface PgOptions {
  readonly pool: pg.Pool
  /** The pool is this store's, to be ended with it. */
  readonly owned: boolean
  /** PgBouncer in transaction mode: no named statements. */
  readonly pgbouncer: boolean
  /** Where to listen; null: not at all. */
  readonly listen: pg.ClientConfig | null
  /** Longest wait for an answer, in ms; then the connection is given up. */
  readonly timeout: number
  readonly label: string
}

const NAME = 'postgres'
const ENCODING = `select current_setting('server_encoding') as encoding`

/** What the texts of jobs can be stored in. */
const ENCODINGS = ['UTF8', 'SQL_ASCII']

/** PostgreSQL over the network, through a pool of node-postgres. */
export class PgDatabase implements Database {
  readonly name = NAME
  readonly label: string
  readonly #options: PgOptions
  readonly #seen = new WeakSet<pg.PoolClient>()

  constructor(options: PgOptions) {
    this.#options = options
    this.label = options.label
    options.pool.on('error', ignore)
  }

  async open(): Promise<void> {
    const result = await this.#run((client) => client.query<{ encoding: string }>(ENCODING))
    const encoding = result.rows[0]?.encoding ?? ''
    if (!ENCODINGS.includes(encoding)) {
      throw new StoreConfigError(NAME, `the database's encoding is ${encoding}, and must be UTF8`)
    }
  }

  async call(call: Call): Promise<readonly Row[]> {
    const result = await this.#run((client) => client.query<Row>(this.#config(call)), call.timeout)
    return result.rows
  }

  async callIn(tx: unknown, call: Call): Promise<readonly Row[]> {
    if (!isClient(tx)) throw new TransactionsUnsupportedError(NAME, '`tx` is not a client of node-postgres')
    try {
      return (await tx.query<Row>(this.#config(call))).rows
    } catch (error) {
      throw translate(error, NAME)
    }
  }

  async script(text: string): Promise<void> {
    await this.#run(async (client) => {
      await client.query('begin')
      try {
        await client.query(text)
        await client.query('commit')
      } catch (error) {
        await client.query('rollback').catch(ignore)
        throw error
      }
    })
  }

  /** The server's autovacuum does it. */
  async tidy(): Promise<void> {}

  hasRoom(): boolean {
    const { idleCount, waitingCount, totalCount, options } = this.#options.pool
    return waitingCount === 0 && (idleCount > 0 || totalCount < options.max)
  }

  async listen(channel: string, ears: Ears): Promise<() => Promise<void>> {
    const { listen, timeout } = this.#options
    if (listen === null) return async () => {}
    const own = new PgListener(listen, channel, ears, timeout)
    await own.start()
    return () => own.stop()
  }

  async close(): Promise<void> {
    const { pool, owned } = this.#options
    // An ended pool's connections close a moment later, and may still err: a listener must be there.
    if (owned) await pool.end()
    else pool.off('error', ignore)
  }

  #config({ name, text, params }: Call): pg.QueryConfig {
    const values = params as unknown[]
    return this.#options.pgbouncer ? { text, values } : { name, text, values }
  }

  /** Runs on a connection of the pool, which is given up where it fails or does not answer in time. */
  async #run<T>(work: (client: pg.PoolClient) => Promise<T>, most = Number.POSITIVE_INFINITY): Promise<T> {
    const timeout = Math.min(most, this.#options.timeout)
    const client = await this.#connect(timeout)
    let late = false
    const timer = setTimeout(() => {
      late = true
      destroy(client)
    }, timeout)
    try {
      const result = await work(client)
      client.release()
      return result
    } catch (error) {
      const translated = late
        ? new StoreUnavailableError(NAME, `no answer within ${timeout} ms`, { cause: error })
        : translate(error, NAME)
      client.release(late || translated instanceof StoreUnavailableError)
      throw translated
    } finally {
      clearTimeout(timer)
    }
  }

  /** A pool that was given may wait for ever for a connection; this does not. */
  async #connect(timeout: number): Promise<pg.PoolClient> {
    const { pool } = this.#options
    const connecting = pool.connect()
    let timer: NodeJS.Timeout | undefined
    const limit = new Promise<never>((_, reject) => {
      const late = () => reject(new StoreUnavailableError(NAME, `no connection within ${timeout} ms`))
      timer = setTimeout(late, timeout)
    })
    try {
      const client = await Promise.race([connecting, limit])
      // Without a listener, a connection that breaks between two queries would end the process.
      if (!this.#seen.has(client)) client.on('error', ignore)
      this.#seen.add(client)
      return client
    } catch (error) {
      connecting.then((client) => client.release(), ignore)
      throw translate(error, NAME)
    } finally {
      clearTimeout(timer)
    }
  }
}

function ignore(): void {}

/** A pool would run each statement on another connection, so it is no transaction. */
function isClient(tx: unknown): tx is pg.ClientBase {
  if (typeof tx !== 'object' || tx === null) return false
  return 'query' in tx && typeof tx.query === 'function' && 'escapeIdentifier' in tx
}
