import { setTimeout as sleep } from 'node:timers/promises'
import type { ChangeStream } from 'mongodb'
import type { Connection } from './connection'
import type { SignalDocument } from './documents'

/** Between two attempts to listen again, in ms. */
const AGAIN_AFTER = 500

/** How long the server holds a question open before it answers that there is nothing, in ms. */
const HELD = 1_000

export interface Ears {
  message(text: string): void
  /** It was deaf for a while: what was said meanwhile is lost. */
  missed(): void
}

/** Hears the signals by a change stream, and comes back by itself; on a server without them it hears nothing. */
export class Listening {
  readonly #connection: Connection
  readonly #ears: Ears
  readonly #stopping = new AbortController()
  #stream: ChangeStream<SignalDocument> | null = null
  #working: Promise<void> = Promise.resolve()

  private constructor(connection: Connection, ears: Ears) {
    this.#connection = connection
    this.#ears = ears
  }

  /** Resolves when what is sent from now on is heard. */
  static async start(connection: Connection, ears: Ears): Promise<Listening> {
    const listening = new Listening(connection, ears)
    if (connection.streams) {
      const opened = await connection.run(() => listening.#open())
      listening.#working = listening.#listen(opened)
    }
    return listening
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#stream?.close().catch(() => undefined)
    await this.#working
  }

  /** The server has begun to watch when it answers for the first time. */
  async #open(): Promise<ChangeStream<SignalDocument>> {
    const pipeline = [{ $match: { operationType: 'insert' } }]
    const stream = this.#connection.signals.watch<SignalDocument>(pipeline, { maxAwaitTimeMS: HELD })
    this.#stream = stream
    try {
      await new Promise<void>((resolve, reject) => {
        stream.once('init', () => resolve())
        stream.once('error', reject)
        stream.on('change', (change) => {
          if (change.operationType === 'insert') this.#ears.message(change.fullDocument.payload)
        })
      })
      return stream
    } catch (error) {
      await stream.close().catch(() => undefined)
      throw error
    }
  }

  async #listen(first: ChangeStream<SignalDocument>): Promise<void> {
    let stream = first
    while (!this.#stopping.signal.aborted) {
      await ended(stream)
      if (this.#stopping.signal.aborted) return
      await sleep(AGAIN_AFTER, undefined, { signal: this.#stopping.signal, ref: false }).catch(() => undefined)
      try {
        if (!this.#stopping.signal.aborted) stream = await this.#open()
        this.#ears.missed()
      } catch {
        // The server is not back yet.
      }
    }
  }
}

function ended(stream: ChangeStream<SignalDocument>): Promise<void> {
  return new Promise((resolve) => {
    if (stream.closed) return resolve()
    stream.once('error', () => resolve())
    stream.once('close', () => resolve())
  })
}
