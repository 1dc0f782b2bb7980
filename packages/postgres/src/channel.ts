import { type Ears, type Payload, SignalChannel } from '@jobs-worker/core/store'
import type { Calls } from './calls'
import type { Database } from './database'
import type { Schema } from './schema'

/** `wakeEvery`: each takes a lock that all commits of the server share. `longest`: the server takes less than 8,000 bytes. */
const LIMITS = { wakeEvery: 10, longest: 7_900 }

/** Signals by LISTEN and NOTIFY. */
export class Channel extends SignalChannel {
  readonly #database: Database
  readonly #schema: Schema
  readonly #calls: Calls
  readonly #shared: boolean
  /** Called where jobs came back to where this process has claimed already. */
  onRelease: () => void = () => {}

  /** @param shared other processes may listen */
  constructor(database: Database, schema: Schema, calls: Calls, shared: boolean) {
    super(LIMITS)
    this.#database = database
    this.#schema = schema
    this.#calls = calls
    this.#shared = shared
  }

  async broadcast(payloads: readonly string[]): Promise<void> {
    if (!this.#shared) return
    for (const payload of payloads) await this.#calls.notify(payload)
  }

  /** Whether a statement that makes jobs due may wake the others itself; see `woke` for when it may not. */
  override mayWake(): boolean {
    return this.#shared && super.mayWake()
  }

  /** After that statement: wakes the listeners here, and the others soon where it sent nothing. */
  woke(queues: readonly string[], sent: boolean): void {
    if (queues.length === 0) return
    this.emit({ kind: 'wake', queues })
    if (!sent && this.#shared) this.gather(queues)
  }

  protected listen(ears: Ears): Promise<() => Promise<void>> {
    return this.#database.listen(this.#schema.channel, ears)
  }

  protected override heard(payload: Payload): void {
    if (payload[0] === 'release') this.onRelease()
    super.heard(payload)
  }

  protected override missed(): void {
    this.onRelease()
    super.missed()
  }
}
