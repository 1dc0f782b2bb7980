import { FLAG } from '../../thread/protocol.mjs'
import type { Reply, Request, Single } from '../wire'
import type { Carrier, CarrierHost, SendOptions } from './carrier'
import { ChildProcess } from './child-process'
import type { Lanes } from './lanes'
import type { PoolSettings } from './options'

interface Trip {
  readonly request: Request
  readonly options: SendOptions | undefined
  readonly onReply: (reply: Reply) => void
  readonly onFailure: (error: unknown, sent: boolean) => void
}

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

  send(request: Request, options: SendOptions | undefined, onReply: Trip['onReply'], onFailure: Trip['onFailure']) {
    this.#give(this.#idle() ?? this.#fork(), { request, options, onReply, onFailure })
  }

  abort(ticket: number, reason: number): void {
    for (const [child, trip] of this.#children) {
      if (trip?.request[1]?.[0] === ticket) child.abort(ticket, reason)
    }
  }

  async close(): Promise<void> {
    this.#closing = true
    clearInterval(this.#sweep)
    await Promise.all([...this.#children.keys()].map((child) => child.end()))
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
      replied: (reply) => this.#onReply(child, reply),
      posted: (message) => this.#host.posted(message),
      gone: (cause) => this.#onGone(child, cause),
    })
    this.#children.set(child, undefined)
    return child
  }

  #give(child: ChildProcess, trip: Trip): void {
    this.#children.set(child, trip)
    trip.options?.signal?.addEventListener('abort', () => {
      if (this.#children.get(child) === trip) void child.end()
    })
    if (child.isReady) this.#depart(child)
  }

  /** The call begins when it is sent; before, while its process starts, it can still be taken back. */
  #depart(child: ChildProcess): void {
    const trip = this.#children.get(child)
    if (trip === undefined) return
    const [base, call] = trip.request as [number, Single]
    const [ticket] = call
    if (!this.#lanes.begin(base, ticket)) {
      this.#children.set(child, undefined)
      trip.onReply(child.skipped)
      return
    }
    try {
      child.send(call)
    } catch (error) {
      this.#lanes.undo(base, ticket)
      this.#children.set(child, undefined)
      trip.onFailure(error, false)
    }
  }

  #onReply(child: ChildProcess, reply: Reply): void {
    const trip = this.#children.get(child)
    this.#children.set(child, undefined)
    if ((reply[0] & FLAG.SPENT) !== 0) {
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
