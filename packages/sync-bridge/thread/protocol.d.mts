export declare const STATE: {
  readonly WAITING: 0
  readonly RUNNING: 1
  readonly ABORTING: 2
  readonly ENDED: 3
  readonly TAKEN_BACK: 4
}
export declare function slotOf(ticket: number, state: number): number
export declare function change(slots: Int32Array, index: number, ticket: number, from: number, to: number): boolean
export declare const MAX_TICKET: number
export declare const SLOT: {
  readonly FIELDS: 4
  readonly STATE: 0
  readonly STARTED_AT: 1
  readonly REASON: 2
  readonly MICROS: 3
}
export declare const REASONS: readonly string[]
export declare const KNOWN_SIZE: number
export declare const LANE_SIZE: number
export declare const STATUS: {
  readonly OK: 0
  readonly ERROR: 1
  readonly POSTED: 2
  readonly SKIPPED: 3
  readonly REPORT: 4
  readonly ASK: 5
}
export declare const REQUEST: { readonly SEVERAL: -1; readonly ANSWER: -2; readonly LINGER: -3 }
export declare const FLAG: { readonly SPENT: 8; readonly LEFTOVER: 16 }
export declare const STATUS_BITS: 7
export declare const PROCESS: {
  readonly CALL: 'jobs-worker/call'
  readonly ABORT: 'jobs-worker/abort'
  readonly ANSWER: 'jobs-worker/answer'
  readonly READY: 'jobs-worker/ready'
  readonly REPLY: 'jobs-worker/reply'
  readonly POSTED: 'jobs-worker/posted'
  readonly DIED: 'jobs-worker/died'
}
export declare const TAG: string
export declare const THREAD: unique symbol
export declare const MOVED: unique symbol
export declare const ABORTED: unique symbol
export declare const ABORTED_ARGUMENT: string
