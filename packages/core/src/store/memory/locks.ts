import {
  type AcquireReply,
  type Acquisition,
  isRunOwner,
  type LockFilter,
  type LockRecord,
  type Locks,
  ownerOfRun,
} from '../port'
import type { Channel } from './channel'
import type { Jobs } from './jobs'
import { fenced } from './settle'

/** The locks of the in-memory store, as the port has them. */
export class MemoryLocks implements Locks {
  constructor(
    private readonly jobs: Jobs,
    private readonly channel: Channel,
    private readonly step: <T>(work: () => T) => Promise<T>,
  ) {}

  acquire({ id, keys, holder }: Acquisition): Promise<AcquireReply> {
    return this.step(() => {
      const entry = 'run' in holder ? fenced(this.jobs, holder.run) : null
      if (entry === undefined) return { outcome: 'lost' }
      const owner = 'run' in holder ? ownerOfRun(holder.run) : holder.owner
      if (!this.jobs.locks.isFree(keys, owner)) return { outcome: 'held' }
      const until = 'run' in holder ? Infinity : this.jobs.now() + holder.ttl
      this.jobs.locks.take(id, owner, keys, until)
      if (entry) entry.holdsLocks = true
      return { outcome: 'acquired', locks: this.jobs.locks.ownedBy(owner) }
    })
  }

  release(acquisition: string, keys?: readonly string[]): Promise<number> {
    return this.step(() => {
      const { had, freed } = this.jobs.locks.release(acquisition, keys)
      this.free(freed)
      return had.length
    })
  }

  extend(acquisition: string, ttl: number): Promise<readonly string[]> {
    return this.step(() => this.jobs.locks.extend(acquisition, this.jobs.now() + ttl))
  }

  list(filter: LockFilter): Promise<readonly LockRecord[]> {
    return this.step(() => this.jobs.locks.list(filter))
  }

  seize(keys: readonly string[]): Promise<readonly string[]> {
    return this.step(() => {
      const taken = this.jobs.locks.seize(keys, (owner) => !isRunOwner(owner))
      this.free(taken)
      return taken
    })
  }

  private free(keys: readonly string[]): void {
    if (keys.length === 0) return
    this.jobs.offer(keys)
    this.channel.signal({ kind: 'unlocked' })
  }
}
