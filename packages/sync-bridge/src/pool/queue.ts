import { isSimple } from '../../thread/cloneable.mjs'
import { LANE_SIZE } from '../../thread/protocol.mjs'
import type { Call } from './call'

/** What several calls may take together, in microseconds, so that none waits long for the others. */
const TOGETHER = 1_000

/** The calls that wait for a thread, first come first served. */
export class CallQueue {
  #calls: Call[] = []
  #head = 0

  /** May count calls that were aborted while they waited. */
  get size(): number {
    return this.#calls.length - this.#head
  }

  push(call: Call): void {
    this.#calls.push(call)
  }

  /** Puts calls back to the front, in their order. */
  putBack(calls: readonly Call[]): void {
    this.#calls = [...calls, ...this.#calls.slice(this.#head)]
    this.#head = 0
  }

  /** The next call, with those behind it that may share its trip, at most `share`; [] where none waits. */
  take(share: number): Call[] {
    const first = this.#next()
    if (first === undefined) return []
    const taken = [first]
    if (!first.isLight || share < 2) return taken
    const owned = new Set<object>()
    if (!isSimple(first.args, owned)) return taken
    let micros = first.reference.micros
    while (taken.length < Math.min(share, LANE_SIZE)) {
      const call = this.#peek()
      if (call === undefined || !call.isLight) break
      micros += call.reference.micros
      if (micros > TOGETHER || !isSimple(call.args, owned)) break
      taken.push(this.#next() as Call)
    }
    return taken
  }

  drain(): Call[] {
    const waiting = this.#calls.slice(this.#head).filter((call) => !call.settled)
    this.#calls = []
    this.#head = 0
    return waiting
  }

  #next(): Call | undefined {
    const call = this.#peek()
    if (call === undefined) return undefined
    this.#head++
    if (this.#head === this.#calls.length) this.#calls.length = this.#head = 0
    // An empty queue holds no calls, and a long one not more that went than that wait.
    if (this.#head * 2 > this.#calls.length) {
      this.#calls = this.#calls.slice(this.#head)
      this.#head = 0
    }
    return call
  }

  #peek(): Call | undefined {
    while (this.#calls[this.#head]?.settled) this.#head++
    return this.#calls[this.#head]
  }
}
