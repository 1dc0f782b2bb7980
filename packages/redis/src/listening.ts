import type { Ears } from '@jobs-worker/core/store'
import type { Subscriber } from './driver'
import { translate } from './errors'

/** A subscribed connection is asked whether it lives every so many ms, and has as long to answer. */
const PING_EVERY = 10_000

/** A connection that hears channels, and comes back by itself. */
export class Listening {
  readonly #client: Subscriber
  readonly #timer: NodeJS.Timeout
  #answered = true

  private constructor(client: Subscriber) {
    this.#client = client
    this.#timer = setInterval(() => this.#ask(), PING_EVERY)
    this.#timer.unref()
  }

  /** Resolves when what is published from now on is heard. */
  static async start(
    client: Subscriber,
    channels: Readonly<Record<string, (message: Buffer) => void>>,
    missed: Ears['missed'],
  ): Promise<Listening> {
    let latest: Error | null = null
    client.on('error', (error: Error) => {
      latest = error
    })
    client.on('messageBuffer', (from: Buffer, message: Buffer) => channels[from.toString()]?.(message))
    try {
      await client.subscribe(...Object.keys(channels))
    } catch (error) {
      client.disconnect()
      throw translate(error, latest)
    }
    client.on('ready', missed)
    return new Listening(client)
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#client.disconnect()
  }

  /** A connection can be dead without anybody being told: what is silent for a whole interval is made anew. */
  #ask(): void {
    if (this.#client.status !== 'ready') return
    if (!this.#answered) {
      this.#answered = true
      this.#client.disconnect(true)
      return
    }
    this.#answered = false
    const answered = () => {
      this.#answered = true
    }
    this.#client.ping().then(answered, answered)
  }
}
