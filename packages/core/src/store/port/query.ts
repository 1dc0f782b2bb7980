import type { JobState } from '../../model/job'
import type { JobRecord } from './records'

export interface ListFilter {
  readonly queue?: string
  readonly task?: string
  /** All states where absent. */
  readonly states?: readonly JobState[]
  /** 1 to 1,000. */
  readonly limit: number
  /** As answered by the page before. */
  readonly cursor?: string
}

export interface ListPage {
  /** State by state: queued in claim order, scheduled by due time, final ones latest first. */
  readonly jobs: readonly JobRecord[]
  /** null at the end. A page may be short, even empty, while this is set. */
  readonly cursor: string | null
}

export interface QueueRecord {
  readonly name: string
  readonly paused: boolean
  readonly counts: Readonly<Record<JobState, number>>
}

export interface LaneRecord {
  readonly queue: string
  readonly lane: string
}

/** Used by whoever looks. */
export interface Query {
  get(id: string): Promise<JobRecord | null>
  list(filter: ListFilter): Promise<ListPage>
  /** Every queue that was ever used or paused, by name. Costs the same at ten jobs and at ten million. */
  queues(): Promise<readonly QueueRecord[]>
  /** Lanes of these queues with waiting jobs that no live worker serves. */
  unserved(queues: readonly string[]): Promise<readonly LaneRecord[]>
  /** Registered workers whose lease lives. */
  workers(): Promise<readonly WorkerRecord[]>
}

export interface WorkerRecord {
  readonly id: string
  readonly instance: string
  readonly host: string
  readonly pid: number
  readonly queues: readonly string[]
  readonly lanes: readonly string[]
  readonly beatAge: number
}
