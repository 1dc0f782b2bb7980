import { LANE_SIZE, MAX_TICKET, REASONS, SLOT, STATE, slotOf } from '../../thread/protocol.mjs'

/** The shared memory that says how far each call is. A lane is the slots of one request to a thread. */
export class Lanes {
  readonly memory: SharedArrayBuffer
  readonly #slots: Int32Array
  readonly #free: number[]
  #lastTicket = 0

  constructor(count: number) {
    this.memory = new SharedArrayBuffer(count * LANE_SIZE * SLOT.FIELDS * Int32Array.BYTES_PER_ELEMENT)
    this.#slots = new Int32Array(this.memory)
    this.#free = Array.from({ length: count }, (_, i) => i * LANE_SIZE)
  }

  /** The first slot of a free lane; there is always one for a request that a thread is free for. */
  take(): number {
    const base = this.#free.pop()
    if (base === undefined) throw new Error('runSync: more requests than lanes')
    return base
  }

  giveBack(base: number): void {
    this.#free.push(base)
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
    const expected = slotOf(ticket, from)
    return Atomics.compareExchange(this.#slots, index * SLOT.FIELDS, expected, slotOf(ticket, to)) === expected
  }

  /** Tells a running call to stop; false where it does not run. */
  abort(index: number, ticket: number, reason: unknown): boolean {
    const code = (reason as { code?: unknown } | null | undefined)?.code
    const known = typeof code === 'string' ? REASONS.indexOf(code) : 0
    Atomics.store(this.#slots, index * SLOT.FIELDS + SLOT.REASON, Math.max(0, known))
    if (!this.change(index, ticket, STATE.RUNNING, STATE.ABORTING)) return false
    Atomics.notify(this.#slots, index * SLOT.FIELDS)
    return true
  }

  /** When the call started, in milliseconds of the pool's time. */
  startedAt(index: number): number {
    return Atomics.load(this.#slots, index * SLOT.FIELDS + SLOT.STARTED_AT)
  }
}
