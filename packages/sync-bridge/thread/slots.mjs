import { workerData } from 'node:worker_threads'
import { change, REASONS, SLOT, STATE, slotOf } from './protocol.mjs'

const slots = new Int32Array(workerData.memory)
/** What a slot can hold: more than half an hour. */
const MAX_MICROS = 2 ** 31 - 1
/** From this thread's time to the pool's. */
const offset = performance.timeOrigin - workerData.epoch

/** @typedef {{ index: number, ticket: number }} RunningCall */

/** The call that runs now: there is one at most. @type {RunningCall} */
const current = { index: 0, ticket: -1 }

/** Whether somebody waits for the end of the running call. */
let isAwaited = false

/** Names one call for as long as it runs. */
export const runningCall = () => ({ ...current })

/**
 * Starts a call, if it has not been taken back.
 * @param {number} index
 * @param {number} ticket
 * @param {number} now
 */
export function begin(index, ticket, now) {
  // Before the state: who sees that the call runs must not see when another one started.
  Atomics.store(slots, index * SLOT.FIELDS + SLOT.STARTED_AT, now + offset)
  if (!change(slots, index, ticket, STATE.WAITING, STATE.RUNNING)) return false
  current.index = index
  current.ticket = ticket
  return true
}

/**
 * Ends the running call, unless it was told to stop.
 * @param {number} micros how long it took
 */
export function end(micros) {
  Atomics.store(slots, current.index * SLOT.FIELDS + SLOT.MICROS, Math.min(micros, MAX_MICROS))
  change(slots, current.index, current.ticket, STATE.RUNNING, STATE.ENDED)
  if (isAwaited) Atomics.notify(slots, current.index * SLOT.FIELDS)
  isAwaited = false
}

/** Whether the running call was told to stop; so is a call that is named. */
export function isAborting({ index, ticket } = current) {
  return Atomics.load(slots, index * SLOT.FIELDS) === slotOf(ticket, STATE.ABORTING)
}

/**
 * Why the call was told to stop: the code of the error.
 * @param {{ index: number }} call
 */
export function reasonCode({ index }) {
  return REASONS[Atomics.load(slots, index * SLOT.FIELDS + SLOT.REASON)] ?? ''
}

/**
 * Resolves when the call is told to stop, or has ended.
 * @param {{ index: number, ticket: number }} call
 */
export async function whenAborting({ index, ticket }) {
  isAwaited = true
  // Not in TypeScript's ES2023 library, and in every Node from 16 on.
  const { waitAsync } = /** @type {{ waitAsync(...args: unknown[]): { value: unknown } }} */ (
    /** @type {unknown} */ (Atomics)
  )
  await waitAsync(slots, index * SLOT.FIELDS, slotOf(ticket, STATE.RUNNING)).value
}
