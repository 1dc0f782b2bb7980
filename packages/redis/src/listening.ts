import type { Subscriber } from './driver'
import { translate } from './errors'

/** A subscribed connection is asked whether it lives every so many ms, and has as long to answer. */
const PING_EVERY = 10_000

export interface Ears {
  message(text: string): void
  /** What was said meanwhile is lost. */
  reconnected(): void
}

/** A connection that hears one channel, and comes back by itself. */
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
  static async start(client: Subscriber, channel: string, ears: Ears): Promise<Listening> {
    let latest: Error | null = null
    client.on('error', (error: Error) => {
      latest = error
    })
    client.on('message', (from: string, text: string) => {
      if (from === channel) ears.message(text)
    })
    try {
      await client.subscribe(channel)
    } catch (error) {
      client.disconnect()
      throw translate(error, latest)
    }
    client.on('ready', () => ears.reconnected())
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
