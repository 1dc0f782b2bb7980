import { LANE_SIZE, REQUEST, STATE, STATUS } from '../../thread/protocol.mjs'
import { ThreadCrashedError } from '../errors'
import type { Reply, Request, Several, Single } from '../wire'
import type { Call } from './call'
import type { Carrier, SendOptions, Trip } from './carrier'
import { deathOf } from './death'
import type { Lanes } from './lanes'
import type { Ledger } from './ledger'
import type { Limits } from './limits'
import type { Isolate } from './options'
import { refusalOf } from './refusal'
import { resultOf, statusOf } from './reply'

/** A trip of several calls that takes longer than this gives back those that have not started, in milliseconds. */
const STALLED = 10

/** How often a call may lose its thread before it starts. */
const RETURNS = 5

/** How long a result may be on its way after its thread has ended, in milliseconds. */
const LATE = 1_000

const NOTHING: Request = [REQUEST.SEVERAL]
const NONE: readonly Call[] = []

export interface TripsHost {
  /** Calls that had not started: they are to go again before all others. */
  again(calls: readonly Call[]): void
  /** There may be room for the next trip. */
  free(): void
}

/** Sends calls to threads, one or several together, and sees how each trip ends. */
export class Trips {
  readonly #lanes: Lanes
  readonly #ledger: Ledger
  readonly #limits: Limits
  readonly #isolate: Isolate
  readonly #host: TripsHost
  readonly #idle: CallTrip[]
  /** How many are under way. */
  count = 0

  constructor(lanes: Lanes, ledger: Ledger, limits: Limits, isolate: Isolate, host: TripsHost) {
    this.#lanes = lanes
    this.#ledger = ledger
    this.#limits = limits
    this.#isolate = isolate
    this.#host = host
    this.#idle = Array.from({ length: lanes.count }, (_, lane) => new CallTrip(this, lane))
  }

  /** There must be room for one more. */
  send(carrier: Carrier, calls: readonly Call[]): void {
    const trip = this.#idle.pop() as CallTrip
    this.count++
    const first = calls[0] as Call
    trip.calls = calls
    trip.options = sendOptions(first)
    if (calls.length === 1) {
      trip.request = this.#enter(first, trip.base)
    } else {
      trip.request = this.#enterAll(calls, trip.base)
      trip.stall = setTimeout(() => this.#takeBack(calls), STALLED)
    }
    carrier.send(trip)
  }

  #enter(call: Call, index: number): Single {
    this.#ledger.enter(call, index)
    this.#limits.watch(call)
    const request: Single = [index, call.ticket, call.reference.wire]
    for (const arg of call.args) request.push(arg)
    return request
  }

  #enterAll(calls: readonly Call[], base: number): Several {
    return [REQUEST.SEVERAL, ...calls.map((call, i) => this.#enter(call, base + i))]
  }

  /** The trip's thread replied. */
  replied(trip: CallTrip, reply: Reply): void {
    const { calls } = trip
    const micros = this.#lanes.micros(trip.base)
    this.#end(trip)
    this.#returned(calls, micros, reply)
    this.#host.free()
  }

  /** The trip's thread is gone, or was sent nothing. */
  failed(trip: CallTrip, error: unknown, sent: boolean): void {
    const { calls } = trip
    if (sent) this.#broken(calls, error)
    else this.#refused(calls, error)
    this.#end(trip)
    this.#host.free()
  }

  #end(trip: CallTrip): void {
    trip.end()
    this.#idle.push(trip)
    this.count--
  }

  /** A single call's reply has its result; what was posted comes, or came, by the message port. */
  #returned(calls: readonly Call[], micros: number, reply: Reply): void {
    const status = statusOf(reply)
    if (status === STATUS.OK || status === STATUS.ERROR) {
      this.#ledger.end(calls[0] as Call, status, micros, resultOf(reply))
      return
    }
    for (const call of calls) {
      if (call.settled || call.index === -1) continue
      if (call.aborting && status === STATUS.SKIPPED) this.#ledger.fail(call, call.reason)
      else this.#ledger.await(call)
    }
  }

  /** A call of the trip turned out long: those behind it, not started, go back to the front of the queue. */
  #takeBack(calls: readonly Call[]): void {
    const waiting = calls.filter((call) => !call.settled && this.#ledger.withdraw(call))
    if (waiting.length === 0) return
    this.#host.again(waiting)
    this.#host.free()
  }

  /** Something in the message cannot be cloned. */
  #refused(calls: readonly Call[], error: unknown): void {
    for (const call of calls) {
      if (this.#ledger.withdraw(call)) this.#ledger.fail(call, refusalOf(call, this.#isolate, error))
    }
  }

  /** The thread that had the calls has ended. */
  #broken(calls: readonly Call[], error: unknown): void {
    const again: Call[] = []
    for (const call of calls) {
      if (call.settled || call.index === -1) continue
      const { label } = call.reference
      if (this.#ledger.withdraw(call)) {
        if (this.#isolate === 'thread' && call.handsOver)
          this.#crashed(call, 'its thread ended before it began, and what was handed over with it', error)
        else if (++call.returned < RETURNS) again.push(call)
        else this.#crashed(call, `its thread ended ${RETURNS} times before it began`, error)
      } else if (this.#lanes.is(call.index, call.ticket, STATE.ENDED)) {
        this.#ledger.await(call)
        call.timer = setTimeout(
          () => this.#crashed(call, 'its thread ended right after it, and the result was lost', error),
          LATE,
        )
      } else {
        this.#ledger.fail(call, call.aborting ? call.reason : deathOf(label, error))
      }
    }
    if (again.length > 0) this.#host.again(again)
  }

  #crashed(call: Call, detail: string, cause: unknown): void {
    this.#ledger.fail(call, new ThreadCrashedError(call.reference.label, detail, { cause }))
  }
}

/** The trips of one lane, one after another: what each would need anew is made once. */
class CallTrip implements Trip {
  readonly base: number
  request: Request = NOTHING
  options: SendOptions | undefined
  calls: readonly Call[] = NONE
  stall: ReturnType<typeof setTimeout> | undefined

  constructor(
    readonly trips: Trips,
    readonly lane: number,
  ) {
    this.base = lane * LANE_SIZE
  }

  onReply(reply: Reply): void {
    this.trips.replied(this, reply)
  }

  onFailure(error: unknown, sent: boolean): void {
    this.trips.failed(this, error, sent)
  }

  /** Holds on to nothing of the trip that was. */
  end(): void {
    if (this.stall !== undefined) clearTimeout(this.stall)
    this.stall = undefined
    this.request = NOTHING
    this.options = undefined
    this.calls = NONE
  }
}

function sendOptions({ transfer, killer }: Call): SendOptions | undefined {
  if (transfer === undefined && killer === undefined) return undefined
  const options: SendOptions = {}
  if (transfer !== undefined) options.transferList = [...transfer]
  if (killer !== undefined) options.signal = killer.signal
  return options
}
