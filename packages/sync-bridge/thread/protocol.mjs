/** What both sides of the thread boundary agree on. */

/** The states of a call, in the low bits of its slot; the rest of the slot is the call's ticket. */
export const STATE = Object.freeze({ WAITING: 0, RUNNING: 1, ABORTING: 2, ENDED: 3, TAKEN_BACK: 4 })

/**
 * One slot of shared memory says how far a call is. The ticket in it guards against a thread that is being ended while
 * its slot already belongs to another call.
 * @param {number} ticket 0 to 2^28-1
 * @param {number} state
 */
export const slotOf = (ticket, state) => (ticket << 3) | state

/**
 * Changes a call's state if it is still `from`: both sides do.
 * @param {Int32Array} slots
 * @param {number} index
 * @param {number} ticket
 * @param {number} from
 * @param {number} to
 */
export function change(slots, index, ticket, from, to) {
  const expected = slotOf(ticket, from)
  return Atomics.compareExchange(slots, index * SLOT.FIELDS, expected, slotOf(ticket, to)) === expected
}

export const MAX_TICKET = 2 ** 28 - 1

/** What a slot is made of. */
export const SLOT = Object.freeze({
  FIELDS: 4,
  STATE: 0,
  /** When the call started, in milliseconds of the pool's time. */
  STARTED_AT: 1,
  /** Why it was told to stop: an index of REASONS. */
  REASON: 2,
  /** How long it took, in microseconds. */
  MICROS: 3,
})

/** The codes of the errors that a call may be told to stop with; the first stands for any other. */
export const REASONS = Object.freeze(['', 'JOBS_CANCELLED', 'JOBS_TIMEOUT', 'JOBS_STOPPED', 'JOBS_LEASE_LOST'])

/** So many functions a thread keeps, those it was told of last. The pool that has told of so many begins anew. */
export const KNOWN_SIZE = 1000

/** How many calls can go to a thread at once. */
export const LANE_SIZE = 64

export const STATUS = Object.freeze({
  /** The value is the result. */
  OK: 0,
  /** The value is an encoded error. */
  ERROR: 1,
  /** The result went, or goes, by the thread's message port: it is not for sure cloneable. */
  POSTED: 2,
  /** The call was taken back before it started. */
  SKIPPED: 3,
  /** A task's handler reports: progress, meta or a log line. */
  REPORT: 4,
  /** A task's handler asks for something that only the main thread has. */
  ASK: 5,
})

/** Stands in a request where one with a single call has its slot: what else it is. */
export const REQUEST = Object.freeze({
  /** Several calls. */
  SEVERAL: -1,
  /** The answer to what the running call asked. */
  ANSWER: -2,
  /** To let the thread go on for so many milliseconds. */
  LINGER: -3,
})

/** What a reply says beside its status, in the bits above STATUS_BITS. */
export const FLAG = Object.freeze({
  /** The thread has served as many calls as it may. */
  SPENT: 8,
  /** A function left timers or connections behind, which need the thread to go on. */
  LEFTOVER: 16,
})

export const STATUS_BITS = 7

/** The messages between the pool and a child process. */
export const PROCESS = Object.freeze({
  /** To it: a call for its thread. */
  CALL: 'jobs-worker/call',
  /** To it: a running call is to stop. */
  ABORT: 'jobs-worker/abort',
  /** To it: the answer to what the running call asked. */
  ANSWER: 'jobs-worker/answer',
  /** From it: its thread has started. */
  READY: 'jobs-worker/ready',
  /** From it: what the thread replied. */
  REPLY: 'jobs-worker/reply',
  /** From it: what the thread posted. */
  POSTED: 'jobs-worker/posted',
  /** From it: its thread has ended, and so it ends too. */
  DIED: 'jobs-worker/died',
})

/** Marks our messages on the thread's message port, which user code may use too. */
export const TAG = '@jobs-worker/sync-bridge'

/** Where the thread keeps what `aborted()` and `move()` need: code in the thread may load its own copy of the package. */
export const THREAD = Symbol.for('@jobs-worker/sync-bridge/thread')

/** On a value made by `move()`: what to transfer with it. */
export const MOVED = Symbol.for('@jobs-worker/sync-bridge/moved')

/** On the function `aborted`: passed as an argument, it is replaced by the thread's own. */
export const ABORTED = Symbol.for('@jobs-worker/sync-bridge/aborted')

/** What stands for `aborted` on the way into the thread. */
export const ABORTED_ARGUMENT = `${TAG}/aborted`
