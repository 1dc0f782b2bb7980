import { REQUEST } from '../../thread/protocol.mjs'
import type { Request, Several, Single } from '../wire'
import { Known } from './known'

/** What the pool knows of one thread. */
export class Thread {
  busy = false
  /** It gets no more requests and is about to end. */
  leaving = false
  lingering = false
  /** It ended with a call, which has been told why. */
  ended = false
  usedAt = performance.now()
  /** Of the call that it has, alone; 0 else. */
  #ticket = 0
  readonly #known = new Known()

  constructor(readonly id: number) {}

  /** The thread gets this request: each function is defined only once. */
  take(request: Request): void {
    this.busy = true
    this.usedAt = performance.now()
    if (request[0] === REQUEST.SEVERAL) {
      this.#ticket = 0
      for (const call of (request as Several).slice(1)) this.#name(call as Single)
    } else {
      this.#ticket = request[1] as number
      this.#name(request as Single)
    }
  }

  /** Whether the call of this ticket is what it does, alone. */
  isAt(ticket: number): boolean {
    return this.busy && this.#ticket === ticket
  }

  /** The request may not have arrived, and its definitions neither. */
  afterFailure(ended: boolean): void {
    this.busy = false
    this.ended = ended
    this.#known.forget()
  }

  #name(call: Single): void {
    call[2] = this.#known.name(call[2])
  }
}
