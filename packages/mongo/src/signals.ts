import type { Hint, Signal } from '@jobs-worker/core/store'
import type { Channel } from './channel'
import type { Queues } from './counts/queues'
import type { Connection } from './server/connection'

export class MongoSignals {
  readonly #connection: Connection
  readonly #queues: Queues
  readonly #channel: Channel

  constructor(connection: Connection, queues: Queues, channel: Channel) {
    this.#connection = connection
    this.#queues = queues
    this.#channel = channel
  }

  subscribe(listener: (signal: Signal) => void): Promise<() => Promise<void>> {
    return this.#channel.subscribe(listener)
  }

  async watch(ttl: number): Promise<void> {
    await this.#connection.clock.fresh()
    await this.#queues.watch(this.#connection.clock.now() + ttl)
  }

  publish(origin: string, hints: readonly Hint[]): Promise<void> {
    return this.#channel.publish(origin, hints)
  }
}
