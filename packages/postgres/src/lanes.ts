import type { Database } from './database'
import type { Schema } from './schema'

export interface Lane {
  readonly queue: string
  readonly lane: string
  readonly task: string
}

/** The registry of lanes as this process knows it: rows are only ever added. */
export class Lanes {
  readonly #database: Database
  readonly #schema: Schema
  #known = new Map<number, Lane>()
  #loading: Promise<void> | null = null

  constructor(database: Database, schema: Schema) {
    this.#database = database
    this.#schema = schema
  }

  entries(): IterableIterator<[number, Lane]> {
    return this.#known.entries()
  }

  get(id: number): Lane | undefined {
    return this.#known.get(id)
  }

  /** Makes sure that these are known. */
  async load(ids: Iterable<number>): Promise<void> {
    for (const id of ids) {
      // A read that was under way already may have begun before the lane was there.
      for (let tried = 0; !this.#known.has(id) && tried < 2; tried++) await this.#loadAll()
    }
  }

  #loadAll(): Promise<void> {
    this.#loading ??= this.#read().finally(() => {
      this.#loading = null
    })
    return this.#loading
  }

  async #read(): Promise<void> {
    const text = `select id, queue, lane, task from ${this.#schema.quoted}.lanes`
    const rows = await this.#database.call({ name: `${this.#schema.name}.lanes`, text, params: [] })
    this.#known = new Map(
      rows.map((row) => [Number(row.id), { queue: String(row.queue), lane: String(row.lane), task: String(row.task) }]),
    )
  }
}
