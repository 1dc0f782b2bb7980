import { TimeoutError } from '@jobs-worker/core'
import { STATE } from '../../thread/protocol.mjs'
import type { Call } from './call'
import { type Lanes, reasonIndex } from './lanes'
import type { Ledger } from './ledger'

/** How soon to look again whether a call has started whose time counts from then, in milliseconds. */
const LOOK = 20

/** Timeouts and aborts: first a function is told, by its flag; after the grace its thread ends. */
export class Limits {
  readonly #lanes: Lanes
  readonly #ledger: Ledger
  readonly #tell: (ticket: number, code: number) => void

  /** @param tell passes an abort on to where the pool's memory is not seen */
  constructor(lanes: Lanes, ledger: Ledger, tell: (ticket: number, code: number) => void) {
    this.#lanes = lanes
    this.#ledger = ledger
    this.#tell = tell
  }

  /** The call has been sent. */
  watch(call: Call): void {
    const timeout = call.limits?.timeout ?? null
    if (timeout !== null) call.timer = setTimeout(() => this.#check(call, timeout), timeout)
  }

  abort(call: Call, reason: unknown): void {
    if (call.settled || call.aborting) return
    if (call.index === -1 || this.#ledger.withdraw(call)) {
      this.#ledger.fail(call, reason)
      return
    }
    const code = reasonIndex(reason)
    if (!this.#lanes.abort(call.index, call.ticket, code)) return
    this.#tell(call.ticket, code)
    call.aborting = true
    call.reason = reason
    clearTimeout(call.timer)
    call.timer = setTimeout(() => call.killer?.abort(), call.limits?.grace)
  }

  #check(call: Call, timeout: number): void {
    if (call.settled || call.aborting) return
    const started = !this.#lanes.is(call.index, call.ticket, STATE.WAITING)
    const left = started ? timeout - this.#lanes.elapsed(call.index) : Math.min(timeout, LOOK)
    if (started && left < 1) {
      const what = `runSync: ${call.reference.label} took longer than its timeout of ${timeout} ms`
      this.abort(call, new TimeoutError(what))
    } else {
      call.timer = setTimeout(() => this.#check(call, timeout), Math.max(1, left))
    }
  }
}
