import { createLocks } from './locks.mjs'
import { send } from './port.mjs'
import { STATUS, TAG } from './protocol.mjs'
import { forgetQuestions } from './questions.mjs'
import { isAborting, reasonCode, runningCall, whenAborting } from './slots.mjs'

/** @import { AboutRun, ReportKind } from '../src/wire' */

/** What core calls the reasons; the thread may have another copy of it, or none. */
const REASON = /** @type {Record<string, { name: string, message: string }>} */ ({
  JOBS_CANCELLED: { name: 'CancelledError', message: 'the job was cancelled' },
  JOBS_TIMEOUT: { name: 'TimeoutError', message: 'the job ran longer than its timeout' },
  JOBS_STOPPED: { name: 'StoppedError', message: 'the worker is stopping' },
  JOBS_LEASE_LOST: {
    name: 'LeaseLostError',
    message: "the job's lease was taken; nothing this run writes counts any more",
  },
})

/**
 * The context of a task's handler, on this side of the boundary.
 * @param {AboutRun} about
 */
export function createContext(about) {
  const call = runningCall()
  const signal = signalOf(call)
  forgetQuestions()
  /**
   * @param {ReportKind} kind
   * @param {unknown} value
   */
  const report = (kind, value) => send([TAG, call.index, call.ticket, STATUS.REPORT, 0, [kind, value]])
  /** @param {'debug' | 'info' | 'warn' | 'error'} level */
  const line = (level) => (/** @type {unknown} */ message) => report(level, String(message))
  return {
    job: about.job,
    run: about.run,
    attempt: about.attempt,
    signal,
    log: {
      debug: line('debug'),
      info: line('info'),
      warn: line('warn'),
      error: line('error'),
      /** @param {'info' | 'debug'} level */
      isLevelEnabled: (level) => about.levels.includes(level),
    },
    /** @param {unknown} value */
    progress: (value) => report('progress', json('progress', value)),
    /** @param {unknown} fields */
    setMeta: (fields) => report('meta', json('meta', fields)),
    /** @param {number | string} [delay] */
    postpone: (delay) => {
      const error = new Error(delay === undefined ? 'postponed' : `postponed by ${JSON.stringify(delay)}`)
      throw Object.assign(error, { name: 'PostponeError', code: 'JOBS_POSTPONE', delay })
    },
    locks: createLocks(call, () => signal),
    get jobs() {
      throw new Error(
        "ctx.jobs is not there in a thread: its connections are the main thread's; enqueue in a task that runs inline",
      )
    },
  }
}

/**
 * Text, so that a value that is no JSON is refused where the handler gives it.
 * @param {string} field
 * @param {unknown} value
 */
function json(field, value) {
  try {
    return JSON.stringify(value) ?? 'null'
  } catch (cause) {
    const error = new TypeError(`${field}: expected JSON`, { cause })
    throw Object.assign(error, { name: 'InvalidError', code: 'JOBS_INVALID', field })
  }
}

/**
 * A signal that also tells a loop that never gives way to events: asking it looks at the flag.
 * @param {{ index: number, ticket: number }} call
 */
function signalOf(call) {
  const controller = new AbortController()
  const { signal } = controller
  const aborted = /** @type {() => boolean} */ (
    Object.getOwnPropertyDescriptor(AbortSignal.prototype, 'aborted')?.get?.bind(signal)
  )
  const look = () => {
    if (!aborted() && isAborting(call)) controller.abort(reasonOf(call))
    return aborted()
  }
  Object.defineProperty(signal, 'aborted', { get: look })
  Object.defineProperty(signal, 'throwIfAborted', {
    value: () => {
      if (look()) throw signal.reason
    },
  })
  void whenAborting(call).then(look)
  return signal
}

/** @param {{ index: number }} call */
function reasonOf(call) {
  const code = reasonCode(call)
  const known = REASON[code] ?? { name: 'AbortError', message: 'the run was aborted' }
  return Object.assign(new Error(known.message), { name: known.name, ...(code === '' ? {} : { code }) })
}
