import { Fixture } from './harness/fixture'
import type { ConformanceOptions, StoreUnderTest, TestRunner } from './options'

/** What a test asks of the store under test; where it is not there the test does not exist for that store. */
export interface Needs {
  readonly processes?: 'one' | 'many'
  readonly durable?: boolean
  readonly transactions?: boolean
  readonly locks?: boolean
  /** Of the optional ways in that a `StoreUnderTest` gives. */
  readonly ways?: readonly ('raw' | 'child' | 'begin' | 'faulty' | 'crashable')[]
  /** Milliseconds; 30,000 unless told. */
  readonly timeout?: number
}

export type TestBody = (fixture: Fixture) => Promise<void>

/** Registers tests, each with a namespace of its own that is cleaned up behind it. */
export class Suite {
  readonly store: StoreUnderTest
  readonly #runner: TestRunner
  readonly #only: RegExp
  readonly #except: RegExp
  readonly #titles = new Set<string>()

  constructor({ runner, store, only = /^/, except = /$^/ }: ConformanceOptions) {
    this.#runner = runner
    this.store = store
    this.#only = only
    this.#except = except
  }

  /** @param title starts with the number of the rule: it is a row of the table. */
  test(title: string, body: TestBody, needs: Needs = {}): void {
    if (this.#titles.has(title)) throw new Error(`two tests are called ${JSON.stringify(title)}`)
    this.#titles.add(title)
    if (!this.#only.test(title) || this.#except.test(title) || !this.#gives(needs)) return
    this.#runner.test(
      title,
      async () => {
        const fixture = new Fixture(this.store)
        try {
          await body(fixture)
        } finally {
          await fixture.dispose()
        }
      },
      needs.timeout ?? 30_000,
    )
  }

  #gives({ processes, durable, transactions, locks, ways = [] }: Needs): boolean {
    const has = this.store.capabilities
    return (
      (processes ?? has.processes) === has.processes &&
      (durable ?? has.durable) === has.durable &&
      (transactions ?? has.transactions) === has.transactions &&
      (locks === undefined || locks === (has.locks ?? false)) &&
      ways.every((way) => this.store[way] !== undefined)
    )
  }
}
