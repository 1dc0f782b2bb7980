import { send } from './port.mjs'
import { STATUS, TAG } from './protocol.mjs'

/** @import { Answer, Question } from '../src/wire' */
/** @import { RunningCall } from './slots.mjs' */

/** What the running call has asked and was not answered yet. @type {Map<number, (answer: Answer) => void>} */
let open = new Map()

let lastId = 0

/** A call begins: what the one before it asked concerns nobody any more. */
export function forgetQuestions() {
  open = new Map()
}

/**
 * Asks the main thread something for the running call.
 * @param {RunningCall} call
 * @param {Question[1]} kind
 * @param {unknown[]} args
 * @returns {Promise<any>}
 */
export function ask(call, kind, args) {
  return new Promise((resolve, reject) => {
    const id = ++lastId
    send([TAG, call.index, call.ticket, STATUS.ASK, 0, [id, kind, args]])
    open.set(id, ([, error, value]) => {
      if (error === null) resolve(value)
      else reject(Object.assign(new Error(error.message), error))
    })
  })
}

/** @param {Answer} answer */
export function answered(answer) {
  const [id] = answer
  open.get(id)?.(answer)
  open.delete(id)
}
