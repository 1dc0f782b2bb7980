import type { Transferable } from 'node:worker_threads'
import type { FunctionReference } from '../fn/reference'
import type { Question, Report } from '../wire'

export interface CallLimits {
  readonly signal: AbortSignal | undefined
  /** Milliseconds from the start in the thread; null: none. */
  readonly timeout: number | null
  /** Milliseconds between telling the function and ending its thread. */
  readonly grace: number
  /** What a function that was told to stop still answers counts. Default: the call ends with the reason. */
  readonly endingCounts?: boolean
}

/** One call on its way: from the queue through a thread to its end. */
export class Call {
  ticket = 0
  /** Its slot; -1 while it is in the queue. */
  index = -1
  settled = false
  /** Set when the running function was told to stop: the call ends with this, however the function ends. */
  reason: unknown
  aborting = false
  /** How often a thread ended under it before it had started. */
  returned = 0
  timer: ReturnType<typeof setTimeout> | undefined
  /** Ends the thread. */
  readonly killer: AbortController | undefined
  onSettled: (() => void) | undefined
  onReport: ((report: Report) => void) | undefined
  onQuestion: ((question: Question) => void) | undefined

  constructor(
    readonly reference: FunctionReference,
    readonly args: readonly unknown[],
    readonly transfer: readonly Transferable[] | undefined,
    readonly limits: CallLimits | undefined,
    readonly resolve: (value: unknown) => void,
    readonly reject: (error: unknown) => void,
  ) {
    this.killer = limits === undefined ? undefined : new AbortController()
  }

  /** Sent to a thread, it cannot be sent to another. */
  get handsOver(): boolean {
    return this.transfer !== undefined && this.transfer.length > 0
  }

  /** May go to a thread together with others. */
  get isLight(): boolean {
    return this.limits === undefined && this.transfer === undefined && this.reference.isShort
  }
}
