// A child process: it runs nothing itself but one thread, so that it always hears what the pool says.
import { Worker } from 'node:worker_threads'
import { encodeThrown } from './errors.mjs'
import { change, PROCESS, REQUEST, SLOT, STATE, STATUS, STATUS_BITS, slotOf, TAG } from './protocol.mjs'

/** @import { FromProcess, Posted, Reply, Single, ToProcess, WireThrown } from '../src/wire' */

const memory = new SharedArrayBuffer(SLOT.FIELDS * Int32Array.BYTES_PER_ELEMENT)
const slots = new Int32Array(memory)
/** The call's slot in the memory of the pool, which is not seen here; there is one call at a time. */
let slot = 0
const [recycleAfter, memoryLimit] = process.argv.slice(2)

const thread = new Worker(new URL('./process-thread.mjs', import.meta.url), {
  workerData: { memory, epoch: performance.timeOrigin, recycleAfter: Number(recycleAfter) },
  ...(memoryLimit === undefined ? {} : { resourceLimits: { maxOldGenerationSizeMb: Number(memoryLimit) } }),
})

process.on('message', (message) => {
  const [kind, value, reason] = /** @type {ToProcess} */ (message)
  if (kind === PROCESS.CALL) start(value)
  else if (kind === PROCESS.ABORT) abort(value, reason)
  else thread.postMessage([REQUEST.ANSWER, value])
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
  const [at, ticket] = call
  slot = at
  call[0] = 0
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
  const micros = Atomics.load(slots, SLOT.MICROS)
  const flags = Array.isArray(given) && given[0] === TAG ? given[1] & ~STATUS_BITS : 0
  sendOr([PROCESS.REPLY, given, micros], (refusal) => [PROCESS.REPLY, [TAG, STATUS.ERROR | flags, refusal], micros])
}

/** @param {Posted} posted */
function post([tag, , ticket, status, micros, value]) {
  sendOr([PROCESS.POSTED, [tag, slot, ticket, status, micros, value]], (refusal) => [
    PROCESS.POSTED,
    [tag, slot, ticket, STATUS.ERROR, micros, refusal],
  ])
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
