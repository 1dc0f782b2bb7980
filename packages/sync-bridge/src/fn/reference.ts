import type { WireFunction } from '../wire'

/** Functions that take less than this may share a trip to a thread, in microseconds. */
const SHORT = 200

/** So many calls must have been measured before a function counts as short. */
const MEASURED = 3

let lastId = 0

/** A function as the pool knows it: how a thread finds it, and how long its calls take. */
export class FunctionReference {
  /** For messages: 'function "hash"'. */
  readonly label: string
  readonly wire: WireFunction
  #micros = 0
  #measured = 0

  constructor(kind: WireFunction[1], text: string, name: string) {
    this.label = name === '' ? 'the function' : `${kind === 'task' ? 'task' : 'function'} ${JSON.stringify(name)}`
    this.wire = [++lastId, kind, text, name]
  }

  /** A moving average of what its calls took in a thread, in microseconds; never below 1. */
  get micros(): number {
    return Math.max(1, this.#micros)
  }

  /** Several calls of it may go to a thread at once. */
  get isShort(): boolean {
    return this.#measured >= MEASURED && this.#micros < SHORT
  }

  measure(micros: number): void {
    this.#micros = this.#measured === 0 ? micros : this.#micros + (micros - this.#micros) / 8
    this.#measured++
  }
}
