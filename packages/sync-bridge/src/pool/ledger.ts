import { LANE_SIZE, STATE, STATUS, TAG } from '../../thread/protocol.mjs'
import { decodeThrown } from '../thrown'
import type { Posted, Question, Report } from '../wire'
import type { Call } from './call'
import type { Lanes } from './lanes'

/** The calls that threads have: sees each to its one end, and counts them. */
export class Ledger {
  readonly #lanes: Lanes
  /** By slot. No map by ticket: one that goes from one entry to none, call after call, costs more than all else here. */
  readonly #calls: (Call | undefined)[]
  /** By ticket, calls whose result is on its way by the message port: others may have their slots by now. */
  readonly #awaited = new Map<number, Call>()
  #keepAlive: ReturnType<typeof setInterval> | undefined
  size = 0
  completed = 0
  failed = 0
  onSettled: (() => void) | undefined

  constructor(lanes: Lanes) {
    this.#lanes = lanes
    this.#calls = new Array(lanes.count * LANE_SIZE).fill(undefined)
  }

  all(): readonly Call[] {
    return [...this.#calls.filter((call) => call !== undefined), ...this.#awaited.values()]
  }

  /** The call is about to be sent. */
  enter(call: Call, index: number): void {
    call.index = index
    call.ticket = this.#lanes.open(index)
    this.#calls[index] = call
    this.size++
  }

  /** Takes a call from its thread if it has not started. */
  withdraw(call: Call): boolean {
    if (!this.#lanes.change(call.index, call.ticket, STATE.WAITING, STATE.TAKEN_BACK)) return false
    this.#remove(call)
    clearTimeout(call.timer)
    return true
  }

  /** Its request is back or its thread is gone, its result comes by the message port. That never keeps the process alive, as the request did. */
  await(call: Call): void {
    this.#awaited.set(call.ticket, call)
    this.#keepAlive ??= setInterval(() => {}, 60_000)
  }

  /** Something came by a message port; user code may use it too. */
  posted(message: unknown): void {
    if (!Array.isArray(message) || message[0] !== TAG) return
    const [, slot, ticket, status, micros, value] = message as unknown as Posted
    const here = this.#calls[slot]
    const call = here?.ticket === ticket ? here : this.#awaited.get(ticket)
    if (call === undefined) return
    if (status === STATUS.REPORT) call.onReport?.(value as Report)
    else if (status === STATUS.ASK) call.onQuestion?.(value as Question)
    else this.end(call, status, micros, value)
  }

  /** The function has ended. */
  end(call: Call, status: number, micros: number, value: unknown): void {
    call.reference.measure(micros)
    if (call.aborting && call.limits?.endingCounts !== true) this.fail(call, call.reason)
    else if (status !== STATUS.OK) this.fail(call, decodeThrown(value as never, call.reference.label))
    else if (!call.settled) {
      this.completed++
      call.resolve(value)
      this.#settled(call)
    }
  }

  fail(call: Call, error: unknown): void {
    if (call.settled) return
    this.failed++
    call.reject(error)
    this.#settled(call)
  }

  #settled(call: Call): void {
    call.settled = true
    if (call.timer !== undefined) clearTimeout(call.timer)
    call.onSettled?.()
    if (call.index !== -1) this.#remove(call)
    this.onSettled?.()
  }

  #remove(call: Call): void {
    this.size--
    if (this.#calls[call.index] === call) this.#calls[call.index] = undefined
    call.index = -1
    if (this.#awaited.size === 0) return
    this.#awaited.delete(call.ticket)
    if (this.#awaited.size > 0) return
    clearInterval(this.#keepAlive)
    this.#keepAlive = undefined
  }
}
