import { SchemaMissingError } from '@jobs-worker/core/store'
import type { Call, Database, Param, Row } from './database'
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
  rows(name: string, params: readonly Param[], timeout?: number): Promise<readonly Row[]> {
    return this.#run({ ...this.#call(name, params), ...(timeout === undefined ? {} : { timeout }) })
  }

  /** Calls of one function, one after another in one transaction: the row of each. */
  together(name: string, each: readonly (readonly Param[])[]): Promise<readonly Row[]> {
    return this.#run(this.#call(name, ...each))
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

  async #run(call: Call): Promise<readonly Row[]> {
    for (let tried = 1; ; tried++) {
      try {
        return await this.#database.call(call)
      } catch (error) {
        if (isMissing(error)) throw new SchemaMissingError(this.#database.name, `schema ${this.#schema.name}`)
        if (tried === TRIES || !isRetryable(error)) throw error
      }
    }
  }

  #call(name: string, ...each: readonly (readonly Param[])[]): Call {
    let place = 0
    const texts = each.map((params) => {
      const places = params.map(() => `$${++place}`).join(', ')
      return `select * from ${this.#schema.quoted}.${name}(${places})`
    })
    const times = each.length === 1 ? '' : ` x ${each.length}`
    return { name: `${this.#schema.name}.${name}${times}`, text: texts.join(' union all '), params: each.flat() }
  }
}

function only(rows: readonly Row[]): Row {
  return rows[0] as Row
}
