import { workerData } from 'node:worker_threads'
import { findUncloneable, isSimple } from './cloneable.mjs'
import { encodeThrown } from './errors.mjs'
import { functionOf, learn } from './functions.mjs'
import { leftover, noteRest } from './leftover.mjs'
import { send } from './port.mjs'
import { ABORTED_ARGUMENT, FLAG, MOVED, REQUEST, STATUS, TAG, THREAD } from './protocol.mjs'
import { answered } from './questions.mjs'
import { begin, end, isAborting } from './slots.mjs'

/** @import { Answer, Extra, Moved, Reply, Request, Several, Single, WireThrown } from '../src/wire' */
/** @import { Known } from './functions.mjs' */
/** @typedef {{ status: number, micros: number, value: unknown }} Ending */

/** How many calls this thread has begun: those taken back before do not count. */
let served = 0

const aborted = () => isAborting()

Object.defineProperty(globalThis, THREAD, { value: { aborted } })

/**
 * Serves one request of the pool: one call, or several short ones.
 * @param {Request | Extra} request
 * @returns {Reply | Promise<Reply>}
 */
export default function serve(request) {
  noteRest()
  const kind = request[0]
  if (kind >= 0) return serveOne(/** @type {Single} */ (request))
  if (kind === REQUEST.SEVERAL) return serveAll(/** @type {Several} */ (request))
  if (kind === REQUEST.LINGER) return linger(/** @type {number} */ (request[1]))
  answered(/** @type {Answer} */ (request[1]))
  return reply(STATUS.SKIPPED, undefined)
}

/**
 * @param {Single} call
 * @returns {Reply | Promise<Reply>}
 */
function serveOne(call) {
  const known = learn(call[2])
  const ending = run(call, known)
  return ending instanceof Promise ? ending.then((ended) => answer(call, known, ended)) : answer(call, known, ending)
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
  return reply(STATUS.SKIPPED, undefined)
}

/**
 * Each result goes by itself and at once: were the thread to die in a later call, it would be lost.
 * @param {Several} request
 */
async function serveAll([, ...calls]) {
  for (const call of calls) {
    const ending = run(call, learn(call[2]))
    post(call, ending instanceof Promise ? await ending : ending)
  }
  return reply(STATUS.POSTED, undefined)
}

/**
 * @param {Single} call
 * @param {Known} known
 * @returns {Ending | Promise<Ending>}
 */
function run(call, known) {
  const start = performance.now()
  if (!begin(call[0], call[1], start)) return { status: STATUS.SKIPPED, micros: 0, value: undefined }
  served++
  if (known.isTask) send([TAG, call[0], call[1], STATUS.REPORT, 0, ['start']])
  try {
    const args = given(call.slice(3))
    const fn = functionOf(known)
    const result = fn instanceof Promise ? fn.then((loaded) => loaded(...args)) : fn(...args)
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
  const micros = Math.round((performance.now() - start) * 1000)
  end(micros)
  return { status, micros, value }
}

/** @param {readonly unknown[]} args */
function given(args) {
  return args.includes(ABORTED_ARGUMENT) ? args.map((each) => (each === ABORTED_ARGUMENT ? aborted : each)) : args
}

/**
 * @param {Single} call
 * @param {Known} known
 * @param {Ending} ending
 * @returns {Reply}
 */
function answer(call, known, ending) {
  // What a task reported went by the port: its end must not overtake it.
  const inline = !known.isTask && (ending.status !== STATUS.OK || isSimple(ending.value))
  if (inline || ending.status === STATUS.SKIPPED) return reply(ending.status, ending.value)
  post(call, ending)
  return reply(STATUS.POSTED, undefined)
}

/**
 * @param {Single} call
 * @param {Ending} ending
 */
function post([slot, ticket], { status, micros, value }) {
  const moved = status === STATUS.OK ? /** @type {Moved | undefined} */ (value)?.[MOVED] : undefined
  try {
    if (moved === undefined) send([TAG, slot, ticket, status, micros, value])
    else send([TAG, slot, ticket, status, micros, moved.value], moved.transfer)
  } catch (error) {
    send([TAG, slot, ticket, STATUS.ERROR, micros, refusal(moved === undefined ? value : moved.value, error)])
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
 * @param {unknown} value
 * @returns {Reply}
 */
function reply(status, value) {
  const flags = (served >= workerData.recycleAfter ? FLAG.SPENT : 0) | (leftover() ? FLAG.LEFTOVER : 0)
  return (status | flags) === STATUS.OK && !Array.isArray(value) ? value : [TAG, status | flags, value]
}
