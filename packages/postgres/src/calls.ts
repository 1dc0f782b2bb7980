import { SchemaMissingError } from '@jobs-worker/core/store'
import type { Database, Param, Row } from './database'
import { isMissing, isRetryable } from './errors'
import type { Schema } from './schema'

const TRIES = 5

/** Calls the functions of one schema. */
export class Calls {
  readonly #database: Database
  readonly #schema: Schema

  constructor(database: Database, schema: Schema) {
    this.#database = database
    this.#schema = schema
  }

  /** Every row that the function answers. A transaction that lost against another is tried again. */
  async rows(name: string, params: readonly Param[], timeout?: number): Promise<readonly Row[]> {
    const call = { ...this.#call(name, params), ...(timeout === undefined ? {} : { timeout }) }
    for (let tried = 1; ; tried++) {
      try {
        return await this.#database.call(call)
      } catch (error) {
        if (isMissing(error)) throw new SchemaMissingError(this.#database.name, `schema ${this.#schema.name}`)
        if (tried === TRIES || !isRetryable(error)) throw error
      }
    }
  }

  /** The one row of a function that answers one. */
  async row(name: string, params: readonly Param[], timeout?: number): Promise<Row> {
    return only(await this.rows(name, params, timeout))
  }

  /** The same in the caller's transaction. */
  async rowIn(tx: unknown, name: string, params: readonly Param[]): Promise<Row> {
    return only(await this.#database.callIn(tx, this.#call(name, params)))
  }

  notify(payload: string): Promise<unknown> {
    const text = 'select pg_notify($1, $2)'
    return this.#database.call({ name: `${this.#schema.name}.notify`, text, params: [this.#schema.channel, payload] })
  }

  #call(name: string, params: readonly Param[]) {
    const places = params.map((_, i) => `$${i + 1}`).join(', ')
    const text = `select * from ${this.#schema.quoted}.${name}(${places})`
    return { name: `${this.#schema.name}.${name}`, text, params }
  }
}

function only(rows: readonly Row[]): Row {
  return rows[0] as Row
}
