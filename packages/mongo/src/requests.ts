import type { Ledger } from './counts/ledger'
import { isDuplicate } from './errors'
import type { EntryDocument, JobDocument, Tally, Verdicts } from './model/documents'
import type { Connection } from './server/connection'

/** Somebody else who is at the same request is waited for so long, in ms; then it is taken for dead. */
const PATIENCE = 3_000
const ASK_EVERY = 5

/** Requests of this process whose answers were lost: so many are remembered. */
const MOST_CUT_OFF = 1_000

/** Jobs that a request had in its hands, as they were before it. */
export type Had = ReadonlyMap<string, JobDocument>

/** What is kept of a request that has come to its end. */
export type End = Required<Pick<EntryDocument, 'done' | 'registered'>>

/** The exchanges of the last minute, each with its first answer. */
export class Requests {
  readonly #connection: Connection
  readonly #ledger: Ledger
  readonly #cutOff = new Map<string, Had>()
  readonly #ending = new Set<Promise<unknown>>()

  constructor(connection: Connection, ledger: Ledger) {
    this.#connection = connection
    this.#ledger = ledger
  }

  /** null: nobody was here before. Else what is there of the first answer, once somebody who is at it has ended. */
  async begin(key: string): Promise<EntryDocument | null> {
    const { run, entries } = this.#connection
    try {
      await run(() => entries.insertOne({ _id: key, forget: this.#ledger.open([]).forget }))
      return null
    } catch (error) {
      if (isDuplicate(error)) return this.#wait(key)
      throw error
    }
  }

  /** Keeps the answer and counts what was changed, in one step; with `end` it is also the end of the request. */
  async answer(key: string, verdicts: Verdicts, tallies: readonly Tally[], end: End | null): Promise<void> {
    const { forget, ...counted } = this.#ledger.open(tallies)
    const filter = { _id: key, verdicts: { $exists: false } }
    const update = { $set: { ...counted, verdicts, ...end } }
    await this.#connection.run(() => this.#connection.entries.updateOne(filter, update))
  }

  /** The request has come to its end; nobody has to wait until that is told. */
  end(key: string, end: End): void {
    const { run, entries } = this.#connection
    const ending = run(() => entries.updateOne({ _id: key }, { $set: end }))
      .catch(() => undefined)
      .finally(() => this.#ending.delete(ending))
    this.#ending.add(ending)
  }

  /** Its answer has arrived. */
  arrived(key: string): void {
    this.#cutOff.delete(key)
  }

  /** Its answer was lost, wherever it got to. */
  cutOff(key: string, had: Had): void {
    const [oldest] = this.#cutOff.keys()
    if (this.#cutOff.size >= MOST_CUT_OFF && oldest !== undefined) this.#cutOff.delete(oldest)
    this.#cutOff.set(key, new Map([...(this.#cutOff.get(key) ?? []), ...had]))
  }

  /** What it had in its hands when this process lost its answer. */
  had(key: string): Had {
    return this.#cutOff.get(key) ?? new Map()
  }

  /** Waits for what goes on by itself. */
  async close(): Promise<void> {
    await Promise.all(this.#ending)
  }

  async #wait(key: string): Promise<EntryDocument | null> {
    const { run, entries } = this.#connection
    const end = performance.now() + (this.#cutOff.has(key) ? 0 : PATIENCE)
    for (;;) {
      const entry = await run(() => entries.findOne({ _id: key }))
      if (entry === null || entry.done || performance.now() > end) return entry
      await new Promise((resolve) => setTimeout(resolve, ASK_EVERY))
    }
  }
}
