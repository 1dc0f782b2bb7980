import type { UniqueRule } from '@jobs-worker/core/store'

/**
 * One step of a sequence, as plain data: it names jobs, fences and requests by their place among those that came up so
 * far, so that every part of a sequence is a sequence too, and a failing one can be cut down.
 */
export type Step =
  | { readonly do: 'enqueue'; readonly jobs: readonly JobPlan[] }
  | ExchangeStep
  | { readonly do: 'repeat'; readonly back: number }
  | { readonly do: 'extend'; readonly worker: number; readonly fences: readonly FencePlan[] }
  | { readonly do: 'register'; readonly worker: number; readonly dead: boolean; readonly evict: EvictPlan }
  | { readonly do: 'unregister'; readonly worker: number }
  /** Its lease runs out, its jobs are recovered, and it comes back. */
  | { readonly do: 'die'; readonly worker: number; readonly limit: number }
  | { readonly do: 'recover' | 'promote' | 'prune'; readonly limit: number }
  | LockStep
  | { readonly do: 'cancel' | 'retry' | 'makeDue' | 'remove'; readonly jobs: readonly number[] }
  | { readonly do: 'pause' | 'resume'; readonly queue: number }
  | ScheduleStep
  | { readonly do: 'page'; readonly queue: number; readonly limit: number }

/** Schedules are named by number; those that were taken by how long ago. */
export type ScheduleStep =
  | {
      readonly do: 'schedule'
      readonly name: number
      readonly queue: number
      readonly timing: number
      readonly due: boolean
      readonly active: boolean | null
    }
  | { readonly do: 'unschedule'; readonly name: number }
  /** due: null keeps its time. */
  | { readonly do: 'reschedule'; readonly name: number; readonly active: boolean | null; readonly due: boolean | null }
  | { readonly do: 'take'; readonly limit: number }
  | {
      readonly do: 'fire'
      readonly taken: readonly number[]
      readonly jobs: number
      readonly unique: boolean
      readonly again: boolean
    }

export interface ExchangeStep {
  readonly do: 'exchange'
  readonly worker: number
  readonly settle: readonly EndPlan[]
  readonly start: readonly StartPlan[]
  readonly report: readonly ReportPlan[]
  readonly claim: ClaimPlan | null
}

export type LockStep =
  | { readonly do: 'acquire'; readonly holder: OwnerPlan | FencePlan; readonly keys: readonly number[] }
  /** The latest acquisition comes first; null: all of its keys. */
  | { readonly do: 'releaseLocks'; readonly back: number; readonly keys: readonly number[] | null }
  | { readonly do: 'seize'; readonly keys: readonly number[] }
  /** Every turn has lasted too long. */
  | { readonly do: 'passTurns' }

interface OwnerPlan {
  readonly owner: number
}

export interface JobPlan {
  readonly queue: number
  readonly task: number
  readonly priority: number
  /** later: in some hours; soon: at an instant that a promote step waits for. */
  readonly due: 'now' | 'later' | 'soon'
  readonly unique: Pick<UniqueRule, 'key' | 'while' | 'onConflict'> | null
  readonly maxAttempts: number | null
  readonly keep: KeepPlan
  readonly large: boolean
  readonly locks: readonly number[]
}

export type KeepPlan = 'none' | 'day' | 'nothing'

/** Whom the newcomer would expel: nobody, the holder, or the holder if it had not beaten for long. */
export type EvictPlan = 'nobody' | 'holder' | 'silent holder'

/** The latest fences come first; `any` takes also those of runs that have ended, `forged` names another claim. */
export interface FencePlan {
  readonly from: 'held' | 'any' | 'forged'
  readonly back: number
}

interface Filled {
  readonly fill: number | null
  readonly fillLocks: readonly number[]
}

export interface EndPlan extends FencePlan, Filled {
  readonly kind: 'complete' | 'fail' | 'cancel' | 'retry' | 'postpone' | 'release'
  readonly later: boolean
  readonly ran: boolean
  readonly keep: boolean
  readonly progress: boolean
  /** A job to enqueue in the same step. */
  readonly next: JobPlan | null
}

export interface StartPlan extends FencePlan, Filled {}

export interface ReportPlan extends FencePlan {
  readonly progress: boolean
  readonly meta: boolean
}

export interface ClaimPlan {
  readonly queues: readonly { readonly queue: number; readonly limit: number }[]
  readonly lanes: readonly number[]
  readonly start: number
  readonly reserve: number
  readonly reserveLocked: number
  readonly small: boolean
}

export const QUEUES = 2
export const TASKS = 3
export const SCHEDULES = 3
export const LOCKS = 3
/** Two instances under one id, and one of its own. */
export const WORKERS = 3
