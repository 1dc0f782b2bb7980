import type { Connection } from './connection'
import type { EntryDocument, Tally, Verdicts } from './documents'
import { isDuplicate } from './errors'
import type { Ledger } from './ledger'

/** Somebody else who is at the same request is waited for so long, in ms; then it is taken for dead. */
const PATIENCE = 3_000
const ASK_EVERY = 5

/** Requests of this process whose answers were lost: so many are remembered. */
const MOST_CUT_OFF = 10_000

/** The exchanges of the last minute, each with its first answer. */
export class Requests {
  readonly #connection: Connection
  readonly #ledger: Ledger
  readonly #cutOff = new Set<string>()
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
      // It may have got there.
      this.cutOff(key)
      throw error
    }
  }

  /** Keeps the answer and counts what was changed, in one step. */
  async answer(key: string, verdicts: Verdicts, tallies: readonly Tally[]): Promise<void> {
    const { forget, ...counted } = this.#ledger.open(tallies)
    const filter = { _id: key, verdicts: { $exists: false } }
    await this.#connection.run(() => this.#connection.entries.updateOne(filter, { $set: { ...counted, verdicts } }))
  }

  /** The request has come to its end; nobody has to wait until that is told. */
  end(key: string, registered: boolean): void {
    this.#cutOff.delete(key)
    const { run, entries } = this.#connection
    const ending = run(() => entries.updateOne({ _id: key }, { $set: { done: true, registered } }))
      .catch(() => undefined)
      .finally(() => this.#ending.delete(ending))
    this.#ending.add(ending)
  }

  cutOff(key: string): void {
    const [oldest] = this.#cutOff
    if (this.#cutOff.size >= MOST_CUT_OFF && oldest !== undefined) this.#cutOff.delete(oldest)
    this.#cutOff.add(key)
  }

  /** This process had begun it, and lost the answer. */
  wasCutOff(key: string): boolean {
    return this.#cutOff.has(key)
  }

  /** Waits for what goes on by itself. */
  async close(): Promise<void> {
    await Promise.all(this.#ending)
  }

  async #wait(key: string): Promise<EntryDocument | null> {
    const { run, entries } = this.#connection
    const end = performance.now() + (this.wasCutOff(key) ? 0 : PATIENCE)
    for (;;) {
      const entry = await run(() => entries.findOne({ _id: key }))
      if (entry === null || entry.done || performance.now() > end) return entry
      await new Promise((resolve) => setTimeout(resolve, ASK_EVERY))
    }
  }
}
