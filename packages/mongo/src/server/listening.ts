import { setTimeout as sleep } from 'node:timers/promises'
import type { Ears } from '@jobs-worker/core/store'
import type { ChangeStream, ChangeStreamDocument } from 'mongodb'
import type { SignalDocument } from '../model/documents'
import type { Connection } from './connection'

/** Between two attempts to listen again, in ms. */
const AGAIN_AFTER = 500

/** How long the server holds a question open before it answers that there is nothing, in ms. */
const HELD = 1_000

/** Hears the signals by a change stream, and comes back by itself; on a server without them it hears nothing. */
export class Listening {
  readonly #connection: Connection
  readonly #ears: Ears
  readonly #stopping = new AbortController()
  #stream: ChangeStream<SignalDocument> | null = null

  private constructor(connection: Connection, ears: Ears) {
    this.#connection = connection
    this.#ears = ears
  }

  /** Resolves when what is sent from now on is heard. */
  static async start(connection: Connection, ears: Ears): Promise<Listening> {
    const listening = new Listening(connection, ears)
    if (connection.streams) {
      const opened = await connection.run(() => listening.#open())
      void listening.#listen(opened)
    }
    return listening
  }

  /** What was asked of the server last may be answered a moment later; nobody waits for that. */
  stop(): void {
    this.#stopping.abort()
    void this.#stream?.close().catch(() => undefined)
  }

  /** The server has begun to watch when it answers for the first time. */
  async #open(): Promise<ChangeStream<SignalDocument>> {
    const pipeline = [{ $match: { operationType: 'insert' } }]
    const stream = this.#connection.signals.watch<SignalDocument>(pipeline, { maxAwaitTimeMS: HELD })
    this.#stream = stream
    try {
      this.#take(await stream.tryNext())
      return stream
    } catch (error) {
      await stream.close().catch(() => undefined)
      throw error
    }
  }

  async #listen(first: ChangeStream<SignalDocument>): Promise<void> {
    const { signal } = this.#stopping
    let stream: ChangeStream<SignalDocument> | null = first
    while (!signal.aborted) {
      try {
        if (stream === null) {
          stream = await this.#open()
          this.#ears.missed()
        }
        for (;;) this.#take(await stream.next())
      } catch {
        // It ended, or the server is not back yet.
        await stream?.close().catch(() => undefined)
        stream = null
        await sleep(AGAIN_AFTER, undefined, { signal, ref: false }).catch(() => undefined)
      }
    }
  }

  #take(change: ChangeStreamDocument<SignalDocument> | null): void {
    if (change?.operationType === 'insert') this.#ears.message(change.fullDocument.payload)
  }
}
