import type { Connection } from './connection'
import type { Keys } from './keys'
import { SCRIPTS } from './scripts'
import type { Reader } from './wire/reader'

/** That a queue's next scheduled job is due at another time than before. */
export interface DueChange {
  /** Grows with each change of a queue: an older note never undoes a newer one. */
  readonly version: number
  /** Milliseconds since 1970; null where nothing is scheduled any more. */
  readonly time: number | null
}

export interface Outlook {
  /** Milliseconds until the next job of any queue is due. */
  readonly nextDueIn: number | null
  readonly dueQueues: readonly string[]
}

export function readDueChange(reader: Reader): DueChange | null {
  return reader.maybe(() => {
    reader.array()
    return { version: reader.number(), time: reader.maybe(() => reader.number()) }
  })
}

/** When the next job of each queue is due, kept beside all queues: they know only their own. */
export class DueTimes {
  readonly #connection: Connection
  readonly #keys: Keys

  constructor(connection: Connection, keys: Keys) {
    this.#connection = connection
    this.#keys = keys
  }

  async note(changes: Iterable<readonly [queue: string, change: DueChange]>): Promise<Outlook> {
    const notes = Array.from(changes, ([queue, { version, time }]) => [queue, version, time ?? false])
    const reader = await this.#connection.run(SCRIPTS.noteDue, this.#keys.common, notes)
    reader.array()
    const nextDueIn = reader.maybe(() => reader.number())
    return { nextDueIn, dueQueues: reader.each(() => reader.text()) }
  }

  /** The same where nothing may have changed. */
  async noteAny(queue: string, change: DueChange | null): Promise<void> {
    if (change !== null) await this.note([[queue, change]])
  }
}
