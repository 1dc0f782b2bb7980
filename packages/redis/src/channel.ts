import { type Ears, SignalChannel } from '@jobs-worker/core/store'
import type { Connection } from './connection'
import type { Keys } from './keys'
import { Listening } from './listening'
import { Waits } from './waits'
import { readClaimed } from './wire/decode-job'
import { suffixOf } from './wire/ids'
import { Reader } from './wire/reader'

/** `wakeEvery`: every listening process hears each. */
const LIMITS = { wakeEvery: 5, longest: 64 * 1024 }

/** Signals by PUBLISH and SUBSCRIBE. */
export class Channel extends SignalChannel {
  readonly name: string
  /** On which the workers of this process hear what they are handed; null on a cluster, whose nodes do not know who listens. */
  readonly own: string | null
  readonly waits = new Waits()
  readonly #connection: Connection

  constructor(connection: Connection, keys: Keys) {
    super(LIMITS)
    this.#connection = connection
    this.name = keys.channel
    this.own = connection.whole ? `${keys.channel}:${this.sender}` : null
  }

  async broadcast(messages: readonly string[]): Promise<void> {
    for (const message of messages) await this.#connection.command((client) => client.publish(this.name, message))
  }

  /** What a script that makes jobs of this queue due may publish itself; false: see `woke`. */
  wakeFor(queue: string): string | false {
    return this.mayWake() && this.wakeUp([queue])
  }

  /** After that script: wakes the listeners here, and the others soon where it published nothing. */
  woke(queue: string, sent: boolean): void {
    this.emit({ kind: 'wake', queues: [queue] })
    if (!sent) this.gather([queue])
  }

  protected async listen(ears: Ears): Promise<() => void> {
    const channels = {
      [this.name]: (message: Buffer) => ears.message(message.toString()),
      ...(this.own !== null && { [this.own]: (message: Buffer) => this.#handed(new Reader(message)) }),
    }
    const listening = await Listening.start(this.#connection.subscriber(), channels, () => ears.missed())
    return () => listening.stop()
  }

  #handed(reader: Reader): void {
    reader.array()
    const [instance, claim, queue, worker] = [reader.text(), reader.text(), reader.text(), reader.text()]
    if (!this.waits.heard(instance, claim)) return
    this.emit({ kind: 'handed', instance, jobs: readClaimed(reader, queue, suffixOf(queue), worker) })
  }
}
