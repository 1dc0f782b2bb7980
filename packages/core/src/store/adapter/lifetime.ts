import { StoreClosedError } from '../../model/errors'
import type { OpenOptions } from '../port'

/** A database as it is come to and left. What failed is called again by the next call of the store. */
export interface Backing {
  connect(): Promise<void>
  /** Brings the schema up to date; answers what was done, in words. */
  migrate(): Promise<readonly string[]>
  /** @throws SchemaMissingError */
  checkSchema(): Promise<void>
  /** Called once, when all that was asked has ended; also where it was never connected. */
  close(): Promise<void>
}

/** Does a piece of work once the store is open. */
export type Run = <T>(work: () => Promise<T>) => Promise<T>

/** How a store opens at its first use, and closes after its last. */
export class Lifetime {
  readonly #name: string
  readonly #backing: Backing
  readonly #working = new Set<Promise<unknown>>()
  #options: OpenOptions
  #connecting: Promise<void> | null = null
  #opening: Promise<void> | null = null
  #isOpen = false
  #closing: Promise<void> | null = null

  constructor(name: string, backing: Backing, options: OpenOptions) {
    this.#name = name
    this.#backing = backing
    this.#options = options
  }

  async open(options: OpenOptions): Promise<void> {
    this.#checkNotClosed()
    if (this.#opening === null) this.#options = { ...this.#options, ...options }
    await this.#opened()
  }

  /** Lets what was asked before end. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  migrate(): Promise<readonly string[]> {
    return this.#track(async () => {
      await this.#connected()
      return this.#backing.migrate()
    })
  }

  /** Once open, work begins before this returns: that is what keeps calls in order. */
  readonly run: Run = (work) => this.#track(() => (this.#isOpen ? work() : this.#opened().then(work)))

  #track<T>(work: () => Promise<T>): Promise<T> {
    let working: Promise<T>
    try {
      this.#checkNotClosed()
      working = work()
    } catch (error) {
      return Promise.reject(error)
    }
    const settled = working.then(forget, forget)
    this.#working.add(settled)
    void settled.then(() => this.#working.delete(settled))
    return working
  }

  #checkNotClosed(): void {
    if (this.#closing !== null) throw new StoreClosedError(this.#name)
  }

  #opened(): Promise<void> {
    this.#opening ??= this.#open().catch((error) => {
      this.#opening = null
      throw error
    })
    return this.#opening
  }

  async #open(): Promise<void> {
    await this.#connected()
    if (this.#options.migrate === false) await this.#backing.checkSchema()
    else await this.#backing.migrate()
    this.#isOpen = true
  }

  #connected(): Promise<void> {
    this.#connecting ??= this.#backing.connect().catch((error) => {
      this.#connecting = null
      throw error
    })
    return this.#connecting
  }

  async #close(): Promise<void> {
    await Promise.allSettled([this.#opening, this.#connecting, ...this.#working])
    await this.#backing.close()
  }
}

function forget(): void {}
