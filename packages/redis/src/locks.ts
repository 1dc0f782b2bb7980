import type { AcquireReply, Acquisition, Fence, LockFilter, LockRecord, Locks, Payload } from '@jobs-worker/core/store'
import type { LocksApart } from './apart/locks-apart'
import type { Channel } from './channel'
import type { Connection } from './connection'
import type { Keys } from './keys'
import type { Queues } from './queues'
import { SCRIPTS } from './scripts'
import { readRecord } from './wire/decode-job'
import { encodeFence } from './wire/encode-exchange'
import { encodeMs } from './wire/encode-jobs'
import { idToBytes, suffixOf } from './wire/ids'
import { decodeOwner, encodeRun, runOf } from './wire/owners'
import type { Packable } from './wire/pack'
import type { Reader } from './wire/reader'

export class RedisLocks implements Locks {
  readonly #connection: Connection
  readonly #keys: Keys
  readonly #queues: Queues
  readonly #channel: Channel
  readonly #apart: LocksApart | null
  readonly #run: <T>(work: () => Promise<T>) => Promise<T>

  /**
   * @param apart null where locks and queues are on one server
   * @param run does what is asked once the store is open
   */
  constructor(
    connection: Connection,
    keys: Keys,
    queues: Queues,
    channel: Channel,
    apart: LocksApart | null,
    run: <T>(work: () => Promise<T>) => Promise<T>,
  ) {
    this.#connection = connection
    this.#keys = keys
    this.#queues = queues
    this.#channel = channel
    this.#apart = apart
    this.#run = run
  }

  acquire(acquisition: Acquisition): Promise<AcquireReply> {
    const { id, keys, holder } = acquisition
    return this.#run(async () => {
      if ('owner' in holder) {
        const message = [id, holder.owner, keys, encodeMs(holder.ttl), false]
        return this.#readAcquired(await this.#connection.run(SCRIPTS.acquireLocks, this.#keys.common, message))
      }
      let reply: AcquireReply = { outcome: 'lost' }
      for (const queue of await this.#queues.of(holder.run.id)) {
        reply = await this.#acquireFor(holder.run, queue, acquisition)
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
      const held = owner === undefined ? await this.#held(keys) : await this.#heldBy(owner)
      const asked = keys === undefined ? null : new Set(keys)
      return held.filter(({ key }) => key > after && asked?.has(key) !== false).slice(0, limit)
    })
  }

  seize(keys: readonly string[]): Promise<readonly string[]> {
    return this.#run(async () => {
      const reader = await this.#ask(SCRIPTS.seizeLocks, [keys, ...this.#news()])
      this.#channel.emit({ kind: 'unlocked' })
      return reader.each(() => reader.text())
    })
  }

  async #acquireFor(run: Fence, queue: string, acquisition: Acquisition): Promise<AcquireReply> {
    if (this.#apart !== null) {
      return this.#apart.hold(queue, run, acquisition, (answer) => this.#readAcquired(answer))
    }
    const tag = this.#keys.queue(queue)
    const message = [acquisition.id, encodeRun(run, tag), acquisition.keys, 0, encodeFence(run)]
    return this.#readAcquired(await this.#connection.run(SCRIPTS.acquireLocks, tag, message))
  }

  /** Of all, or of these keys, those that somebody holds, by key; read step by step. */
  async #held(keys: readonly string[] | undefined): Promise<readonly LockRecord[]> {
    const all = new Map<string, LockRecord>()
    let cursor = '0'
    do {
      const reader = await this.#ask(SCRIPTS.listLocks, [false, keys ?? false, cursor])
      for (const lock of this.#readLocks(reader)) all.set(lock.key, lock)
      cursor = reader.text()
    } while (cursor !== '0')
    return [...all.values()].sort(byKey)
  }

  /** By key. */
  async #heldBy(owner: string): Promise<readonly LockRecord[]> {
    const run = runOf(owner)
    if (run === null) return this.#readLocks(await this.#ask(SCRIPTS.listLocks, [owner, false, '0']))
    const held: LockRecord[] = []
    for (const queue of await this.#queues.of(run.id)) {
      const tag = this.#keys.queue(queue)
      const reader = await this.#connection.run(SCRIPTS.get, tag, [idToBytes(run.id)])
      reader.array()
      const own = reader.maybe(() => readRecord(reader, queue, suffixOf(queue)))?.locks ?? []
      const message = [encodeRun(run, tag), own.map(({ key }) => key), '0']
      held.push(...this.#readLocks(await this.#ask(SCRIPTS.listLocks, message)))
    }
    return held
  }

  #readAcquired(reader: Reader): AcquireReply {
    reader.array()
    const outcome = reader.text() as AcquireReply['outcome']
    if (outcome !== 'acquired') return { outcome }
    return { outcome, locks: this.#readLocks(reader).map(({ owner, ...lock }) => lock) }
  }

  /** By key. */
  #readLocks(reader: Reader): LockRecord[] {
    const locks = reader.each(() => {
      reader.array()
      const key = reader.text()
      const owner = decodeOwner(reader.bytes(), (tag) => this.#keys.queueOf(tag))
      return { key, owner, fence: reader.number(), expiresAt: reader.maybe(() => reader.number()) }
    })
    return locks.sort(byKey)
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

function byKey(a: LockRecord, b: LockRecord): number {
  return a.key < b.key ? -1 : 1
}
