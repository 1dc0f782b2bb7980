import {
  type AcquireReply,
  type Acquisition,
  type LockFilter,
  type LockRecord,
  type Locks,
  ownerOfRun,
} from '@jobs-worker/core/store'
import type { Channel } from './channel'
import type { Connection } from './connection'
import type { Keys } from './keys'
import type { Payload } from './payload'
import type { Queues } from './queues'
import { SCRIPTS } from './scripts'
import { encodeFence } from './wire/encode-exchange'
import { encodeMs } from './wire/encode-jobs'
import type { Packable } from './wire/pack'
import type { Reader } from './wire/reader'

export class RedisLocks implements Locks {
  readonly #connection: Connection
  readonly #keys: Keys
  readonly #queues: Queues
  readonly #channel: Channel
  readonly #run: <T>(work: () => Promise<T>) => Promise<T>

  /** @param run does what is asked once the store is open */
  constructor(
    connection: Connection,
    keys: Keys,
    queues: Queues,
    channel: Channel,
    run: <T>(work: () => Promise<T>) => Promise<T>,
  ) {
    this.#connection = connection
    this.#keys = keys
    this.#queues = queues
    this.#channel = channel
    this.#run = run
  }

  acquire({ id, keys, holder }: Acquisition): Promise<AcquireReply> {
    return this.#run(async () => {
      if ('owner' in holder) {
        return this.#acquire(this.#keys.common, [id, holder.owner, keys, encodeMs(holder.ttl), false])
      }
      const message = [id, ownerOfRun(holder.run), keys, 0, encodeFence(holder.run)]
      let reply: AcquireReply = { outcome: 'lost' }
      for (const queue of await this.#queues.of(holder.run.id)) {
        reply = await this.#acquire(this.#keys.queue(queue), message)
        if (reply.outcome !== 'lost') break
      }
      return reply
    })
  }

  release(acquisition: string, keys?: readonly string[]): Promise<number> {
    return this.#run(async () => {
      const reader = await this.#ask(SCRIPTS.releaseLocks, [acquisition, keys ?? false, ...this.#news()])
      this.#channel.emit({ kind: 'unlocked' })
      return reader.number()
    })
  }

  extend(acquisition: string, ttl: number): Promise<readonly string[]> {
    return this.#run(async () => {
      const reader = await this.#ask(SCRIPTS.extendLocks, [acquisition, encodeMs(ttl)])
      return reader.each(() => reader.text())
    })
  }

  list({ owner, keys, limit, after = '' }: LockFilter): Promise<readonly LockRecord[]> {
    return this.#run(async () => {
      const reader = await this.#ask(SCRIPTS.listLocks, [owner ?? false, keys ?? false, limit, after])
      return readLocks(reader)
    })
  }

  seize(keys: readonly string[]): Promise<readonly string[]> {
    return this.#run(async () => {
      const reader = await this.#ask(SCRIPTS.seizeLocks, [keys, ...this.#news()])
      this.#channel.emit({ kind: 'unlocked' })
      return reader.each(() => reader.text())
    })
  }

  async #acquire(key: string, message: readonly Packable[]): Promise<AcquireReply> {
    const reader = await this.#connection.run(SCRIPTS.acquireLocks, key, message)
    reader.array()
    const outcome = reader.text() as AcquireReply['outcome']
    if (outcome !== 'acquired') return { outcome }
    return { outcome, locks: readLocks(reader).map(({ owner, ...lock }) => lock) }
  }

  async #ask(script: (typeof SCRIPTS)[keyof typeof SCRIPTS], message: readonly Packable[]): Promise<Reader> {
    const reader = await this.#connection.run(script, this.#keys.common, message)
    reader.array()
    return reader
  }

  /** Where and how others are told that locks were given up. */
  #news(): readonly [channel: string, message: string] {
    return [this.#channel.name, JSON.stringify(['unlocked', this.#channel.sender] satisfies Payload)]
  }
}

function readLocks(reader: Reader): LockRecord[] {
  return reader.each(() => {
    reader.array()
    const [key, owner, fence] = [reader.text(), reader.text(), reader.number()]
    return { key, owner, fence, expiresAt: reader.maybe(() => reader.number()) }
  })
}
