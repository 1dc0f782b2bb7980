import type { JobState } from '../../model/job'
import type { Entry } from './entry'
import { Heap } from './heap'

export function standsBefore(a: Entry, b: Entry): boolean {
  return a.rank < b.rank || (a.rank === b.rank && a.order < b.order)
}

/** The line of one queue, kept by lane: a claim walks past no job that it does not want. */
export class Queue {
  paused = false
  readonly counts: Record<JobState, number> = {
    scheduled: 0,
    queued: 0,
    blocked: 0,
    running: 0,
    completed: 0,
    failed: 0,
    cancelled: 0,
  }
  private readonly lanes = new Map<string, Heap<Entry>>()

  constructor(readonly name: string) {}

  lane(name: string): Heap<Entry> {
    const lane = this.lanes.get(name) ?? new Heap(standsBefore)
    this.lanes.set(name, lane)
    return lane
  }

  /** The job that is next in these lanes. */
  first(lanes: readonly string[]): Entry | undefined {
    let first: Entry | undefined
    for (const lane of lanes) {
      const head = this.lanes.get(lane)?.peek()
      if (head && (!first || standsBefore(head, first))) first = head
    }
    return first
  }

  /** The lanes in which jobs wait. */
  waiting(): readonly string[] {
    return [...this.lanes].filter(([, heap]) => heap.size > 0).map(([name]) => name)
  }
}
