import { FLAG } from '../../thread/protocol.mjs'
import type { Answer, Reply, Single } from '../wire'
import type { Carrier, CarrierHost, Trip } from './carrier'
import { ChildProcess } from './child-process'
import type { Lanes } from './lanes'
import type { PoolSettings } from './options'
import { flagsOf } from './reply'

/** How many processes in a row may end before they are ready. */
const STILLBORN = 3

/** Processes of their own, each with one call at a time: what crashes there takes no other call with it. */
export class Processes implements Carrier {
  readonly #settings: PoolSettings
  readonly #lanes: Lanes
  readonly #host: CarrierHost
  /** With the trip that each one has. */
  readonly #children = new Map<ChildProcess, Trip | undefined>()
  readonly #sweep: ReturnType<typeof setInterval>
  #stillborn = 0
  #closing = false
  recycled = 0
  lost = 0

  constructor(settings: PoolSettings, lanes: Lanes, host: CarrierHost) {
    this.#settings = settings
    this.#lanes = lanes
    this.#host = host
    this.#sweep = setInterval(() => this.#endIdle(), Math.min(settings.idleTimeout / 2, 60_000)).unref()
  }

  get count(): number {
    return this.#children.size
  }

  get capacity(): number {
    return this.#settings.threads
  }

  send(trip: Trip): void {
    this.#give(this.#idle() ?? this.#fork(), trip)
  }

  abort(ticket: number, reason: number): void {
    this.#childOf(ticket)?.abort(ticket, reason)
  }

  answer(ticket: number, answer: Answer): void {
    this.#childOf(ticket)?.answer(answer)
  }

  async close(): Promise<void> {
    this.#closing = true
    clearInterval(this.#sweep)
    await Promise.all([...this.#children.keys()].map((child) => child.end()))
  }

  #childOf(ticket: number): ChildProcess | undefined {
    for (const [child, trip] of this.#children) {
      if (trip?.request[1] === ticket) return child
    }
    return undefined
  }

  #idle(): ChildProcess | undefined {
    for (const [child, trip] of this.#children) {
      if (trip === undefined) return child
    }
    return undefined
  }

  #fork(): ChildProcess {
    const child: ChildProcess = new ChildProcess(this.#settings, {
      ready: () => {
        this.#stillborn = 0
        this.#depart(child)
      },
      replied: (reply, micros) => this.#onReply(child, reply, micros),
      posted: (message) => this.#host.posted(message),
      gone: (cause) => this.#onGone(child, cause),
    })
    this.#children.set(child, undefined)
    return child
  }

  #give(child: ChildProcess, trip: Trip): void {
    this.#children.set(child, trip)
    const signal = trip.options?.signal
    signal?.addEventListener('abort', () => {
      // The lane may have the next trip by now.
      if (this.#children.get(child) === trip && trip.options?.signal === signal) void child.end()
    })
    if (child.isReady) this.#depart(child)
  }

  /** The call begins when it is sent; before, while its process starts, it can still be taken back. */
  #depart(child: ChildProcess): void {
    const trip = this.#children.get(child)
    if (trip === undefined) return
    // The pool sends them one at a time.
    const call = trip.request as Single
    const [slot, ticket] = call
    if (!this.#lanes.begin(slot, ticket)) {
      this.#children.set(child, undefined)
      trip.onReply(child.skipped)
      return
    }
    try {
      child.send(call)
    } catch (error) {
      this.#lanes.undo(slot, ticket)
      this.#children.set(child, undefined)
      trip.onFailure(error, false)
    }
  }

  #onReply(child: ChildProcess, reply: Reply, micros: number): void {
    const trip = this.#children.get(child)
    this.#children.set(child, undefined)
    if (trip !== undefined) this.#lanes.took((trip.request as Single)[0], micros)
    if ((flagsOf(reply) & FLAG.SPENT) !== 0) {
      this.recycled++
      this.#forget(child)
    }
    trip?.onReply(reply)
  }

  /** It gets no more calls; its place is free at once. */
  #forget(child: ChildProcess): void {
    this.#children.delete(child)
    void child.end()
  }

  #onGone(child: ChildProcess, cause: unknown): void {
    const trip = this.#children.get(child)
    if (!this.#children.delete(child) || this.#closing) {
      trip?.onFailure(cause, true)
      return
    }
    if (child.isReady) {
      this.lost++
      // As many as there were: the next call finds its process ready.
      this.#fork()
      trip?.onFailure(cause, true)
    } else if (++this.#stillborn < STILLBORN && trip !== undefined) {
      this.#give(this.#fork(), trip)
    } else {
      this.#stillborn = 0
      if (trip !== undefined) this.#host.failed(cause)
      trip?.onFailure(cause, true)
    }
    this.#host.gone()
  }

  #endIdle(): void {
    const since = performance.now() - this.#settings.idleTimeout
    for (const [child, trip] of this.#children) {
      if (trip === undefined && child.isReady && child.usedAt <= since) this.#forget(child)
    }
  }
}
