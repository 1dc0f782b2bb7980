import { change, LANE_SIZE, MAX_TICKET, REASONS, SLOT, STATE, slotOf } from '../../thread/protocol.mjs'

/** The shared memory that says how far each call is. A lane is the slots of one request to a thread. */
export class Lanes {
  readonly memory: SharedArrayBuffer
  readonly #slots: Int32Array
  #lastTicket = 0

  constructor(readonly count: number) {
    this.memory = new SharedArrayBuffer(count * LANE_SIZE * SLOT.FIELDS * Int32Array.BYTES_PER_ELEMENT)
    this.#slots = new Int32Array(this.memory)
  }

  /** Makes a call known that is about to be sent; answers its ticket. */
  open(index: number): number {
    this.#lastTicket = this.#lastTicket === MAX_TICKET ? 1 : this.#lastTicket + 1
    Atomics.store(this.#slots, index * SLOT.FIELDS, slotOf(this.#lastTicket, STATE.WAITING))
    return this.#lastTicket
  }

  is(index: number, ticket: number, state: number): boolean {
    return Atomics.load(this.#slots, index * SLOT.FIELDS) === slotOf(ticket, state)
  }

  /** Changes the state if it is still `from`; the thread changes it too. */
  change(index: number, ticket: number, from: number, to: number): boolean {
    return change(this.#slots, index, ticket, from, to)
  }

  /** For a call whose thread does not see this memory: it runs from now on, unless it was taken back. */
  begin(index: number, ticket: number): boolean {
    Atomics.store(this.#slots, index * SLOT.FIELDS + SLOT.STARTED_AT, performance.now())
    return this.change(index, ticket, STATE.WAITING, STATE.RUNNING)
  }

  /** How long the call took, in microseconds. */
  micros(index: number): number {
    return Atomics.load(this.#slots, index * SLOT.FIELDS + SLOT.MICROS)
  }

  /** For a call whose thread does not see this memory. */
  took(index: number, micros: number): void {
    Atomics.store(this.#slots, index * SLOT.FIELDS + SLOT.MICROS, micros)
  }

  /** It did not begin after all. */
  undo(index: number, ticket: number): void {
    this.change(index, ticket, STATE.RUNNING, STATE.WAITING)
  }

  /** Tells a running call to stop; false where it does not run. `reason` is an index of REASONS. */
  abort(index: number, ticket: number, reason: number): boolean {
    Atomics.store(this.#slots, index * SLOT.FIELDS + SLOT.REASON, reason)
    if (!this.change(index, ticket, STATE.RUNNING, STATE.ABORTING)) return false
    Atomics.notify(this.#slots, index * SLOT.FIELDS)
    return true
  }

  /** How long ago the call started, in milliseconds. */
  elapsed(index: number): number {
    // A process may be up for longer than 2^31 ms, and the slot has gone round then; the difference has not.
    return (performance.now() - Atomics.load(this.#slots, index * SLOT.FIELDS + SLOT.STARTED_AT)) | 0
  }
}

/** The index of REASONS for what a call is told to stop with. */
export function reasonIndex(reason: unknown): number {
  const code = (reason as { code?: unknown } | null | undefined)?.code
  return typeof code === 'string' ? Math.max(0, REASONS.indexOf(code)) : 0
}
