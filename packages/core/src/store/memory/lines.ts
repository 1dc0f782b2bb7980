import type { LockRequest } from '../../model/job'
import { Heap, type Slotted } from './heap'

/** What the lines need to know of a job. */
interface Job {
  readonly locks: readonly LockRequest[]
  readonly priority: number
  readonly dueAt: number
}

/** A job that waits for its locks, and its place in the lines of all of them. */
export interface Wait<Entry> {
  readonly entry: Entry
  readonly keys: readonly string[]
  readonly priority: number
  readonly dueAt: number
  /** The order of joining. */
  readonly joined: number
  /** One in each line; none where its turn has passed on. */
  standings: readonly Standing<Entry>[]
  /** Since when it is its turn; null while it is blocked. */
  turnAt: number | null
}

interface Standing<Entry> extends Slotted {
  readonly key: string
  readonly wait: Wait<Entry>
}

/** The lines of jobs that wait for locks, one for each key. A job has the same place in all of its lines. */
export class Lines<Entry extends Job> {
  private readonly byKey = new Map<string, Heap<Standing<Entry>>>()
  private readonly turns = new Set<Wait<Entry>>()
  private joined = 0

  newWait(entry: Entry): Wait<Entry> {
    const keys = entry.locks.map(({ key }) => key)
    this.joined += 1
    const { priority, dueAt } = entry
    return { entry, keys, priority, dueAt, joined: this.joined, standings: [], turnAt: null }
  }

  /** The same place, but before all that has joined. */
  atTheFront(wait: Wait<Entry>): Wait<Entry> {
    this.joined += 1
    return { ...wait, joined: -this.joined, standings: [], turnAt: null }
  }

  /** Into all its lines, at its place, unless it stands there. */
  join(wait: Wait<Entry>): void {
    if (wait.standings.length > 0) return
    wait.standings = wait.keys.map((key) => ({ key, wait, slot: 0 }))
    for (const standing of wait.standings) {
      const line = this.byKey.get(standing.key) ?? new Heap<Standing<Entry>>(comesBefore)
      this.byKey.set(standing.key, line)
      line.push(standing)
    }
  }

  leave(wait: Wait<Entry>): void {
    this.endTurn(wait)
    for (const standing of wait.standings) {
      const line = this.byKey.get(standing.key)
      line?.remove(standing)
      if (line?.size === 0) this.byKey.delete(standing.key)
    }
    wait.standings = []
  }

  first(key: string): Wait<Entry> | undefined {
    return this.byKey.get(key)?.peek()?.wait
  }

  /** Whether it stands first in each of its lines. */
  isFirst(wait: Wait<Entry>): boolean {
    return wait.keys.every((key) => this.first(key) === wait)
  }

  beginTurn(wait: Wait<Entry>, now: number): void {
    wait.turnAt = now
    this.turns.add(wait)
  }

  endTurn(wait: Wait<Entry>): void {
    wait.turnAt = null
    this.turns.delete(wait)
  }

  /** Those whose turn it has been since then, or for longer. */
  overdue(since: number): readonly Wait<Entry>[] {
    return [...this.turns].filter(({ turnAt }) => (turnAt as number) <= since)
  }
}

function comesBefore({ wait: a }: Standing<unknown>, { wait: b }: Standing<unknown>): boolean {
  return (a.priority - b.priority || a.dueAt - b.dueAt || a.joined - b.joined) < 0
}
