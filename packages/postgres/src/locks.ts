import {
  type AcquireReply,
  type Acquisition,
  type HeldLock,
  type LockFilter,
  type LockRecord,
  type Locks,
  ownerOfRun,
} from '@jobs-worker/core/store'
import type { Calls } from './calls'
import type { Channel } from './channel'
import { textArray, uuidOrNil } from './text'

export class PostgresLocks implements Locks {
  readonly #calls: Calls
  readonly #channel: Channel
  readonly #run: <T>(work: () => Promise<T>) => Promise<T>

  /** @param run does what is asked once the store is open */
  constructor(calls: Calls, channel: Channel, run: <T>(work: () => Promise<T>) => Promise<T>) {
    this.#calls = calls
    this.#channel = channel
    this.#run = run
  }

  acquire({ id, keys, holder }: Acquisition): Promise<AcquireReply> {
    const by =
      'run' in holder
        ? [
            ownerOfRun(holder.run),
            textArray(keys),
            null,
            uuidOrNil(holder.run.id),
            holder.run.run,
            uuidOrNil(holder.run.claim),
          ]
        : [holder.owner, textArray(keys), Math.round(holder.ttl), null, null, null]
    return this.#run(async () => {
      const { outcome, held } = await this.#calls.row('acquire_locks', [uuidOrNil(id), ...by])
      if (outcome === 'acquired') return { outcome, locks: JSON.parse(String(held)) as HeldLock[] }
      return { outcome: outcome as 'held' | 'lost' }
    })
  }

  release(acquisition: string, keys?: readonly string[]): Promise<number> {
    const some = keys === undefined ? null : textArray(keys)
    return this.#run(async () => {
      const row = await this.#calls.row('release_locks', [uuidOrNil(acquisition), some, this.#channel.sender])
      this.#channel.emit({ kind: 'unlocked' })
      return Number(row.count)
    })
  }

  extend(acquisition: string, ttl: number): Promise<readonly string[]> {
    return this.#run(async () => {
      const rows = await this.#calls.rows('extend_locks', [uuidOrNil(acquisition), Math.round(ttl)])
      return rows.map((row) => String(row.key))
    })
  }

  list({ owner, keys, limit, after = '' }: LockFilter): Promise<readonly LockRecord[]> {
    const some = keys === undefined ? null : textArray(keys)
    return this.#run(async () => {
      const rows = await this.#calls.rows('list_locks', [owner ?? null, some, limit, after])
      return rows.map((row) => ({
        key: String(row.key),
        owner: String(row.owner),
        fence: Number(row.fence),
        expiresAt: row.expires_at === null ? null : Number(row.expires_at),
      }))
    })
  }

  seize(keys: readonly string[]): Promise<readonly string[]> {
    return this.#run(async () => {
      const row = await this.#calls.row('seize_locks', [textArray(keys), this.#channel.sender])
      this.#channel.emit({ kind: 'unlocked' })
      return row.keys as string[]
    })
  }
}
