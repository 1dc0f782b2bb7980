// A child process: it runs nothing itself but one thread, so that it always hears what the pool says.
import { Worker } from 'node:worker_threads'
import { encodeThrown } from './errors.mjs'
import { change, PROCESS, SLOT, STATE, STATUS, STATUS_BITS, slotOf, TAG } from './protocol.mjs'

/** @import { FromProcess, Posted, Reply, Single, ToProcess, WireThrown } from '../src/wire' */

const memory = new SharedArrayBuffer(SLOT.FIELDS * Int32Array.BYTES_PER_ELEMENT)
const slots = new Int32Array(memory)
const [recycleAfter, memoryLimit] = process.argv.slice(2)

const thread = new Worker(new URL('./process-thread.mjs', import.meta.url), {
  workerData: { memory, epoch: performance.timeOrigin, recycleAfter: Number(recycleAfter) },
  ...(memoryLimit === undefined ? {} : { resourceLimits: { maxOldGenerationSizeMb: Number(memoryLimit) } }),
})

process.on('message', (message) => {
  const [kind, value, reason] = /** @type {ToProcess} */ (message)
  if (kind === PROCESS.CALL) start(value)
  else abort(value, reason)
})
// The pool's process is gone.
process.on('disconnect', () => process.exit())

thread.on('message', (/** @type {unknown} */ message) => {
  if (!Array.isArray(message)) return
  if (message[0] === PROCESS.READY) send([PROCESS.READY])
  else if (message[0] === PROCESS.REPLY) reply(message[1])
  else if (message[0] === TAG) post(/** @type {Posted} */ (/** @type {unknown} */ (message)))
})

/** @type {FromProcess | undefined} */
let death
thread.on('error', (error) => {
  death = [PROCESS.DIED, encodeThrown(error)]
})
thread.on('exit', (exitCode) => send(death ?? [PROCESS.DIED, { exitCode }], () => process.exit()))

/** @param {Single} call */
function start(call) {
  const [ticket] = call
  Atomics.store(slots, SLOT.STATE, slotOf(ticket, STATE.WAITING))
  thread.postMessage(call)
}

/**
 * @param {number} ticket
 * @param {number} reason
 */
function abort(ticket, reason) {
  Atomics.store(slots, SLOT.REASON, reason)
  if (change(slots, 0, ticket, STATE.WAITING, STATE.TAKEN_BACK)) return
  if (change(slots, 0, ticket, STATE.RUNNING, STATE.ABORTING)) Atomics.notify(slots, SLOT.STATE)
}

/** @param {Reply} given */
function reply(given) {
  const [status, micros] = given
  const flags = status & ~STATUS_BITS
  sendOr([PROCESS.REPLY, given], (refusal) => [PROCESS.REPLY, [STATUS.ERROR | flags, micros, refusal]])
}

/** @param {Posted} posted */
function post(posted) {
  const [tag, ticket, , micros] = posted
  sendOr([PROCESS.POSTED, posted], (refusal) => [PROCESS.POSTED, [tag, ticket, STATUS.ERROR, micros, refusal]])
}

/**
 * What went from the thread to here may still be nothing that goes to another process.
 * @param {FromProcess} message
 * @param {(refusal: WireThrown) => FromProcess} other
 */
function sendOr(message, other) {
  try {
    send(message)
  } catch (error) {
    const uncloneable = { path: 'result', what: 'something that only threads can share' }
    send(other({ ...encodeThrown(error), uncloneable }))
  }
}

/**
 * @param {FromProcess} message
 * @param {() => void} [sent]
 */
function send(message, sent) {
  process.send?.(message, undefined, {}, sent)
}
