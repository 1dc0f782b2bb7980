import { workerData } from 'node:worker_threads'
import { findUncloneable, isSimple } from './cloneable.mjs'
import { encodeThrown } from './errors.mjs'
import { functionOf, isTask, learn } from './functions.mjs'
import { send } from './port.mjs'
import { ABORTED_ARGUMENT, FLAG, MOVED, STATUS, TAG, THREAD } from './protocol.mjs'
import { begin, end, isAborting } from './slots.mjs'

/** @import { Moved, Reply, Request, Single, WireThrown } from '../src/wire' */
/** @typedef {{ status: number, micros: number, value: unknown }} Ending */

/** What of Node is active in a thread that has run nothing yet; set by the first request. */
let atRest = -1

/** How many calls this thread has begun: those taken back before do not count. */
let served = 0

const aborted = () => isAborting()

Object.defineProperty(globalThis, THREAD, { value: { aborted } })

/**
 * Serves one request of the pool: one call, or several short ones.
 * @param {Request | [ms?: number]} request without calls: how long to linger
 * @returns {Reply | Promise<Reply>}
 */
export default function serve(request) {
  if (atRest < 0) atRest = process.getActiveResourcesInfo().length
  const [base = 0, call] = request
  if (call === undefined) return linger(base)
  if (request.length > 2) return serveAll(base, /** @type {Single[]} */ (request.slice(1)))
  const id = learn(call[1])
  const ending = run(base, id, call)
  return ending instanceof Promise ? ending.then((ended) => answer(call, id, ended)) : answer(call, id, ending)
}

/**
 * Between requests the thread stands still. Where a function left timers or connections behind, it is asked to go on.
 * @param {number} ms
 */
async function linger(ms) {
  const until = performance.now() + ms
  while (leftover() && performance.now() < until) {
    // Not one of those that it counts itself.
    await new Promise((resolve) => setTimeout(resolve, 1).unref())
  }
  return reply(STATUS.SKIPPED, 0, undefined)
}

function leftover() {
  return process.getActiveResourcesInfo().length > atRest
}

/**
 * Each result goes by itself and at once: were the thread to die in a later call, it would be lost.
 * @param {number} base
 * @param {readonly Single[]} calls
 */
async function serveAll(base, calls) {
  for (const [i, call] of calls.entries()) {
    const ending = run(base + i, learn(call[1]), call)
    post(call, ending instanceof Promise ? await ending : ending)
  }
  return reply(STATUS.POSTED, 0, undefined)
}

/**
 * @param {number} index
 * @param {number} id
 * @param {Single} call
 * @returns {Ending | Promise<Ending>}
 */
function run(index, id, [ticket, , args]) {
  const start = performance.now()
  if (!begin(index, ticket, start)) return { status: STATUS.SKIPPED, micros: 0, value: undefined }
  served++
  if (isTask(id)) send([TAG, ticket, STATUS.REPORT, 0, ['start']])
  try {
    const fn = functionOf(id)
    const result = fn instanceof Promise ? fn.then((loaded) => loaded(...given(args))) : fn(...given(args))
    if (typeof (/** @type {any} */ (result)?.then) === 'function') return later(start, result)
    return ended(STATUS.OK, start, result)
  } catch (error) {
    return ended(STATUS.ERROR, start, encodeThrown(error))
  }
}

/**
 * @param {number} start
 * @param {unknown} promise
 */
async function later(start, promise) {
  try {
    return ended(STATUS.OK, start, await promise)
  } catch (error) {
    return ended(STATUS.ERROR, start, encodeThrown(error))
  }
}

/**
 * @param {number} status
 * @param {number} start
 * @param {unknown} value
 * @returns {Ending}
 */
function ended(status, start, value) {
  end()
  return { status, micros: Math.round((performance.now() - start) * 1000), value }
}

/** @param {readonly unknown[]} args */
function given(args) {
  return args.includes(ABORTED_ARGUMENT) ? args.map((each) => (each === ABORTED_ARGUMENT ? aborted : each)) : args
}

/**
 * @param {Single} call
 * @param {number} id
 * @param {Ending} ending
 * @returns {Reply}
 */
function answer(call, id, ending) {
  // What a task reported went by the port: its end must not overtake it.
  const inline = !isTask(id) && (ending.status !== STATUS.OK || isSimple(ending.value))
  if (inline || ending.status === STATUS.SKIPPED) return reply(ending.status, ending.micros, ending.value)
  post(call, ending)
  return reply(STATUS.POSTED, 0, undefined)
}

/**
 * @param {Single} call
 * @param {Ending} ending
 */
function post([ticket], { status, micros, value }) {
  const moved = status === STATUS.OK ? /** @type {Moved | undefined} */ (value)?.[MOVED] : undefined
  try {
    if (moved === undefined) send([TAG, ticket, status, micros, value])
    else send([TAG, ticket, status, micros, moved.value], moved.transfer)
  } catch (error) {
    send([TAG, ticket, STATUS.ERROR, micros, refusal(moved === undefined ? value : moved.value, error)])
  }
}

/**
 * @param {unknown} value
 * @param {unknown} error
 * @returns {WireThrown}
 */
function refusal(value, error) {
  const found = findUncloneable(value, 'result')
  return { ...encodeThrown(error), uncloneable: found ?? { path: 'result', what: 'a value that cannot be cloned' } }
}

/**
 * @param {number} status
 * @param {number} micros
 * @param {unknown} value
 * @returns {Reply}
 */
function reply(status, micros, value) {
  const flags = (served >= workerData.recycleAfter ? FLAG.SPENT : 0) | (leftover() ? FLAG.LEFTOVER : 0)
  return [status | flags, micros, value]
}
