import type { Hint, Signal } from '@jobs-worker/core/store'
import type { Calls } from './calls'
import type { Channel } from './channel'

export class PostgresSignals {
  readonly #calls: Calls
  readonly #channel: Channel

  constructor(calls: Calls, channel: Channel) {
    this.#calls = calls
    this.#channel = channel
  }

  subscribe(listener: (signal: Signal) => void): Promise<() => Promise<void>> {
    return this.#channel.subscribe(listener)
  }

  async watch(ttl: number): Promise<void> {
    await this.#calls.row('watch', [Math.round(ttl)])
  }

  publish(origin: string, hints: readonly Hint[]): Promise<void> {
    return this.#channel.publish(origin, hints)
  }
}
