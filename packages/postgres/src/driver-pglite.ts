import type { PGliteInterface, Transaction } from '@electric-sql/pglite'
import { type Ears, TransactionsUnsupportedError } from '@jobs-worker/core/store'
import type { Call, Database, Row } from './database'
import { translate } from './errors'

/** What makes the embedded database, and what to do once it is closed. */
export interface PGliteSource {
  readonly label: string
  /** The database is this store's, to be closed with it. */
  readonly owned: boolean
  make(): Promise<PGliteInterface>
  closed(): Promise<void>
}

const NAME = 'pglite'

/** From so many dead rows on a table is vacuumed: a tenth of a second for a hundred thousand. */
const DEAD_ROWS = 20_000

/** PostgreSQL embedded: one connection, in this process. */
export class PGliteDatabase implements Database {
  readonly name = NAME
  readonly label: string
  readonly #source: PGliteSource
  #db: PGliteInterface | null = null

  constructor(source: PGliteSource) {
    this.#source = source
    this.label = source.label
  }

  async open(): Promise<void> {
    this.#db ??= await this.#source.make()
  }

  call(call: Call): Promise<readonly Row[]> {
    return this.#run((db) => query(db, call))
  }

  async callIn(tx: unknown, call: Call): Promise<readonly Row[]> {
    if (!isTransaction(tx)) throw new TransactionsUnsupportedError(NAME, '`tx` is not a transaction of PGlite')
    try {
      return await query(tx, call)
    } catch (error) {
      throw translate(error, NAME)
    }
  }

  async script(text: string): Promise<void> {
    await this.#run((db) => db.transaction(async (tx) => void (await tx.exec(text))))
  }

  /** Autovacuum never runs here. */
  async tidy(schema: string): Promise<void> {
    await this.#run(async (db) => {
      const { rows } = await db.query<{ relname: string }>(
        'select relname from pg_stat_user_tables where schemaname = $1 and n_dead_tup >= $2',
        [schema, DEAD_ROWS],
      )
      for (const { relname } of rows) await db.exec(`vacuum "${schema}"."${relname}"`)
    })
  }

  hasRoom(): boolean {
    return false
  }

  async listen(channel: string, ears: Ears): Promise<() => Promise<void>> {
    return this.#run(async (db) => {
      const quoted = `"${channel}"`
      const hear = (payload: string) => ears.message(payload)
      await db.listen(quoted, hear)
      // What `listen` answers forgets the quotes, and ends in a syntax error.
      return async () => {
        if (!db.closed) await db.unlisten(quoted, hear)
      }
    })
  }

  async close(): Promise<void> {
    const db = this.#db
    this.#db = null
    if (this.#source.owned) await db?.close()
    await this.#source.closed()
  }

  async #run<T>(work: (db: PGliteInterface) => Promise<T>): Promise<T> {
    const db = this.#db
    if (db === null) throw new Error('the embedded database is not open')
    try {
      return await work(db)
    } catch (error) {
      throw translate(error, NAME)
    }
  }
}

async function query(on: PGliteInterface | Transaction, { text, params }: Call): Promise<readonly Row[]> {
  return (await on.query<Row>(text, params as unknown[])).rows
}

function isTransaction(tx: unknown): tx is Transaction {
  return typeof tx === 'object' && tx !== null && 'rollback' in tx && 'query' in tx && 'closed' in tx
}
