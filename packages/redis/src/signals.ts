import type { Hint, Signal } from '@jobs-worker/core/store'
import type { Channel } from './channel'
import type { Connection } from './connection'
import type { Keys } from './keys'
import type { Queues } from './queues'
import { SCRIPTS } from './scripts'
import { encodeMs } from './wire/encode-jobs'

export class RedisSignals {
  readonly #connection: Connection
  readonly #keys: Keys
  readonly #queues: Queues
  readonly #channel: Channel

  constructor(connection: Connection, keys: Keys, queues: Queues, channel: Channel) {
    this.#connection = connection
    this.#keys = keys
    this.#queues = queues
    this.#channel = channel
  }

  subscribe(listener: (signal: Signal) => void): Promise<() => Promise<void>> {
    return this.#channel.subscribe(listener)
  }

  /** First for queues to come, then for those that are there: none is forgotten. */
  async watch(ttl: number): Promise<void> {
    const ms = encodeMs(ttl)
    if (ms === 0) return
    const left = await this.#connection.command((client) => client.pttl(this.#keys.watch))
    if (ms > left) await this.#connection.command((client) => client.set(this.#keys.watch, '1', 'PX', ms))
    const queues = await this.#queues.all()
    await Promise.all(queues.map((queue) => this.#connection.run(SCRIPTS.watch, this.#keys.queue(queue), [ms])))
  }

  publish(origin: string, hints: readonly Hint[]): Promise<void> {
    return this.#channel.publish(origin, hints)
  }
}
