import { randomUUID } from 'node:crypto'
import { type Ears, SignalChannel } from '@jobs-worker/core/store'
import type { ClientSession } from 'mongodb'
import type { Connection } from './server/connection'
import { Listening } from './server/listening'

/** `wakeEvery`: every listening process hears each. */
const LIMITS = { wakeEvery: 5, longest: 64 * 1024 }

/** How long a signal stays, in ms: a change stream that was cut off goes on where it was. */
const STAYS = 60_000

/** Signals as documents. Others hear of them by a change stream; where there is none, their polling is all. */
export class Channel extends SignalChannel {
  readonly #connection: Connection

  constructor(connection: Connection) {
    super(LIMITS)
    this.#connection = connection
  }

  async broadcast(messages: readonly string[]): Promise<void> {
    const { run, signals } = this.#connection
    if (messages.length > 0) await run(() => signals.insertMany(messages.map((text) => this.#document(text))))
  }

  /** With the commit of the caller's transaction, which this process hears of as the others do. */
  async sendIn(session: ClientSession, queues: readonly string[]): Promise<void> {
    const { run, signals } = this.#connection
    await run(() => signals.insertOne(this.#document(this.wakeUp(queues, '')), { session }))
  }

  /** Jobs of these queues can be claimed: wakes the listeners here, and the others now or soon. */
  woke(queues: Iterable<string>): void {
    const names = [...queues]
    if (names.length === 0) return
    this.emit({ kind: 'wake', queues: names })
    this.gather(names)
    if (this.mayWake()) void this.flush()
  }

  protected async listen(ears: Ears): Promise<() => void> {
    const listening = await Listening.start(this.#connection, ears)
    return () => listening.stop()
  }

  #document(payload: string) {
    return { _id: randomUUID(), forget: new Date(this.#connection.clock.now() + STAYS), payload }
  }
}
