/** The states of a job. The first four are alive, the last three are final. */
export const JOB_STATES = ['scheduled', 'queued', 'blocked', 'running', 'completed', 'failed', 'cancelled'] as const

export type JobState = (typeof JOB_STATES)[number]

export const FINAL_STATES = ['completed', 'failed', 'cancelled'] as const

export type FinalState = (typeof FINAL_STATES)[number]

export function isFinal(state: JobState): state is FinalState {
  return state === 'completed' || state === 'failed' || state === 'cancelled'
}

/** One error of one run, as it is kept on the job. */
export interface JobError {
  readonly name: string
  readonly message: string
  readonly stack: string | null
  readonly code: string | number | null
  /** The error's `cause`, in the same form; null where there is none. */
  readonly cause: JobError | null
  /** The attempt that ended with this error, from 1. */
  readonly attempt: number
  readonly time: Date
}

/** How long finished jobs stay readable, in milliseconds, by final state. */
export interface Keep {
  readonly completed: number
  readonly failed: number
  readonly cancelled: number
}

/** A named resource that a job's run holds; `slots` is 1 today. */
export interface LockRequest {
  readonly key: string
  readonly slots: number
}

/** A job as a user sees it. */
export interface Job<Input = unknown, Result = unknown> {
  readonly id: string
  readonly task: string
  readonly queue: string
  /** Lower runs first, -32768 to 32767. */
  readonly priority: number
  readonly state: JobState
  /** The input as it was given (after a JSON round trip), before the schema parsed it. */
  readonly input: Input
  readonly headers: Readonly<Record<string, string>>
  readonly createdAt: Date
  readonly dueAt: Date
  /** When the latest run started; null before the first. */
  readonly startedAt: Date | null
  readonly finishedAt: Date | null
  /** The id of the worker that runs it; null unless `running`. */
  readonly worker: string | null
  /** How often it was claimed; only grows. */
  readonly run: number
  /** How many runs were charged to it; 0 before the first. */
  readonly attempt: number
  /** Runs in all; null until a process that has the task saw the job. */
  readonly maxAttempts: number | null
  readonly postpones: number
  readonly progress: unknown
  readonly meta: Readonly<Record<string, unknown>>
  /** What the handler returned; null until completed. */
  readonly result: Result | null
  readonly errors: readonly JobError[]
  readonly uniqueKey: string | null
  readonly locks: readonly string[]
  /** The name of the schedule that enqueued it, or null. */
  readonly schedule: string | null
}
