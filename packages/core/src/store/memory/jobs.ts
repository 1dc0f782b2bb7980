import type { FinalState, JobState } from '../../model/job'
import { type Due, ownerOfRun, type WorkerInfo } from '../port'
import type { Entry } from './entry'
import { Heap } from './heap'
import { Keys } from './keys'
import { Lines, type Wait } from './lines'
import { LockTable } from './lock-table'
import { Queue } from './queue'

/** The rank of a recovered job: before every priority. */
export const RECOVERED = -32_769

/**
 * All jobs, and the moves between their states. Every move takes the job from where it stood and out of the hands that
 * held it; what a move means is decided by who calls it.
 */
export class Jobs {
  readonly all = new Map<string, Entry>()
  readonly queues = new Map<string, Queue>()
  readonly keys = new Keys()
  readonly locks: LockTable
  private readonly lines = new Lines<Entry>()
  private readonly scheduled = new Heap<Entry>(
    (a, b) => a.dueAt < b.dueAt || (a.dueAt === b.dueAt && a.order < b.order),
  )
  private readonly finished = new Heap<Entry>((a, b) => a.expiresAt < b.expiresAt)
  /** What each worker has in its hands, by instance. */
  readonly held = new Map<string, Set<Entry>>()
  private order = 0

  constructor(
    readonly now: () => number,
    /** Called where a job of this queue can be claimed, or is the next to become due. */
    private readonly onWaiting: (queue: string) => void,
  ) {
    this.locks = new LockTable(now)
  }

  /** The job, unless it is unknown or has stayed its time. */
  find(id: string): Entry | undefined {
    const entry = this.all.get(id)
    return entry && !this.expired(entry) ? entry : undefined
  }

  expired(entry: Entry): boolean {
    return entry.finishedAt !== null && entry.expiresAt <= this.now()
  }

  queue(name: string): Queue {
    const queue = this.queues.get(name) ?? new Queue(name)
    this.queues.set(name, queue)
    return queue
  }

  /** Into its line when it is due, else to wait for its time. */
  place(entry: Entry, due: Due): void {
    const now = this.now()
    const dueAt = 'at' in due ? due.at : now + due.delay
    this.leave(entry)
    entry.dueAt = dueAt
    entry.rank = entry.priority
    entry.order = ++this.order
    if (dueAt <= now) this.stand(entry, 'queued')
    else this.stand(entry, 'scheduled')
  }

  /** The next scheduled job joins its line. */
  promote(): void {
    const entry = this.scheduled.peek()
    if (!entry) return
    this.leave(entry)
    entry.order = ++this.order
    this.stand(entry, 'queued')
  }

  /**
   * Back to its own place.
   * @param unrun its handler was not called: it has its turn again
   */
  restore(entry: Entry, { rank = entry.rank, unrun = false } = {}): void {
    const again = unrun ? entry.wait : null
    const freed = this.giveUp(entry)
    if (again) this.beginAnew(again)
    this.offer(freed)
    entry.rank = rank
    this.stand(entry, 'queued')
  }

  /** Whether its locks let a job run now. One that must wait for them stands in their lines from here on. */
  admit(entry: Entry): boolean {
    if (entry.locks.length === 0) return true
    entry.wait ??= this.lines.newWait(entry)
    this.lines.join(entry.wait)
    if (this.mayRun(entry.wait)) return true
    this.lines.endTurn(entry.wait)
    this.detach(entry)
    this.turn(entry, 'blocked')
    return false
  }

  /** @param entry one that was admitted */
  take(entry: Entry, worker: WorkerInfo, claim: string): void {
    this.detach(entry)
    entry.run += 1
    entry.hold = { claim, instance: worker.instance, worker: worker.id, started: false }
    const held = this.held.get(worker.instance) ?? new Set()
    this.held.set(worker.instance, held.add(entry))
    if (entry.unique?.while === 'queued') this.keys.free(entry, entry.unique)
    if (!entry.wait) return
    this.lines.leave(entry.wait)
    this.locks.take(claim, ownerOfRun(entry), entry.wait.keys, Infinity)
    entry.holdsLocks = true
  }

  /** The handler begins, or began so many ms ago: the attempt is charged. */
  start(entry: Entry, ago: number): void {
    if (!entry.hold || entry.hold.started) return
    entry.hold.started = true
    entry.attempt += 1
    entry.startedAt = this.now() - ago
    this.turn(entry, 'running')
  }

  finish(entry: Entry, state: FinalState, keep: number): void {
    if (keep <= 0 || entry.removed) {
      this.drop(entry)
      return
    }
    this.leave(entry)
    if (entry.unique) this.keys.free(entry, entry.unique)
    entry.finishedAt = this.now()
    entry.expiresAt = entry.finishedAt + keep
    entry.order = ++this.order
    entry.cancel = null
    this.stand(entry, state)
  }

  drop(entry: Entry): void {
    this.leave(entry)
    if (entry.unique) this.keys.free(entry, entry.unique)
    this.turn(entry, null)
    this.all.delete(entry.id)
  }

  hasExpired(): boolean {
    const first = this.finished.peek()
    return first !== undefined && this.expired(first)
  }

  dropExpired(): void {
    const first = this.finished.peek()
    if (first) this.drop(first)
  }

  nextDueIn(): number | null {
    const next = this.scheduled.peek()
    return next ? Math.max(0, next.dueAt - this.now()) : null
  }

  /** These locks may be free now: those whose turn it is are queued again, ahead of the rest. */
  offer(keys: readonly string[]): void {
    for (const key of keys) {
      const wait = this.lines.first(key)
      if (wait?.entry.state === 'blocked' && this.mayRun(wait)) this.beginTurn(wait)
    }
  }

  /** Turns that no claim took since then pass on; the job keeps its place. */
  passTurns(since: number): void {
    const overdue = this.lines.overdue(since)
    for (const wait of overdue) this.lines.leave(wait)
    for (const wait of overdue) this.offer(wait.keys)
  }

  private mayRun(wait: Wait<Entry>): boolean {
    return this.lines.isFirst(wait) && this.locks.isFree(wait.keys)
  }

  private beginTurn(wait: Wait<Entry>): void {
    this.lines.beginTurn(wait, this.now())
    wait.entry.rank = RECOVERED
    this.stand(wait.entry, 'queued')
  }

  /** Its run held its locks and did not begin: it has its turn again, before those that came later. */
  private beginAnew(wait: Wait<Entry>): void {
    wait.entry.wait = this.lines.atTheFront(wait)
    this.lines.join(wait.entry.wait)
    this.lines.beginTurn(wait.entry.wait, this.now())
  }

  /** From where it stands and out of the hands that hold it; its locks and its lines are for others. */
  private leave(entry: Entry): void {
    this.offer(this.giveUp(entry))
  }

  /** The same, where others are not told yet: the keys that may be free now. */
  private giveUp(entry: Entry): readonly string[] {
    const owner = entry.holdsLocks ? ownerOfRun(entry) : null
    const { wait } = entry
    this.detach(entry)
    entry.holdsLocks = false
    entry.wait = null
    if (wait) this.lines.leave(wait)
    return [...(owner === null ? [] : this.locks.releaseOwner(owner)), ...(wait?.keys ?? [])]
  }

  private detach(entry: Entry): void {
    entry.heap?.remove(entry)
    entry.heap = null
    if (!entry.hold) return
    const held = this.held.get(entry.hold.instance)
    held?.delete(entry)
    if (held?.size === 0) this.held.delete(entry.hold.instance)
    entry.hold = null
  }

  private stand(entry: Entry, state: JobState): void {
    this.turn(entry, state)
    entry.heap = this.heapOf(entry, state)
    entry.heap.push(entry)
    if (state === 'queued' || this.scheduled.peek() === entry) this.onWaiting(entry.queue)
  }

  private heapOf(entry: Entry, state: JobState): Heap<Entry> {
    if (state === 'scheduled') return this.scheduled
    return state === 'queued' ? this.queue(entry.queue).lane(entry.lane) : this.finished
  }

  private turn(entry: Entry, state: JobState | null): void {
    const counts = this.queue(entry.queue).counts
    if (entry.state) counts[entry.state] -= 1
    if (state) counts[state] += 1
    entry.state = state
  }
}
