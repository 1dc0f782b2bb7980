import type { Worker } from 'node:worker_threads'
import type { Piscina } from 'piscina'
import { FLAG, REQUEST } from '../../thread/protocol.mjs'
import type { Answer, Extra, Reply, Request } from '../wire'
import type { Carrier, CarrierHost, SendOptions, Trip } from './carrier'
import type { PoolSettings } from './options'
import { type Choose, piscinaOptions } from './piscina-options'
import { flagsOf } from './reply'
import { Thread } from './thread'

/** Goes beside what a thread is doing: that of this id, or any. */
interface ExtraSeat {
  readonly trip?: undefined
  readonly beside: number | 'any'
}

/** Where the trips of one lane go: to a thread that is free. */
interface TripSeat {
  readonly trip: Trip
  thread: Thread | undefined
  readonly onReply: (reply: Reply) => void
  readonly onFailure: (error: unknown) => void
}

type Seat = ExtraSeat | TripSeat

/** piscina copies what it is given: of its own defaults there would be more. */
const NO_OPTIONS: SendOptions = {}

/** How long a thread lingers at a time, in milliseconds. */
const LINGER = 50

/** How many threads in a row may end before they are ready. */
const STILLBORN = 3

/** The threads themselves: a piscina, with recycling, idle ends, and a replacement at once for what was lost. */
export class Threads implements Carrier {
  readonly #piscina: Piscina<Request | Extra, Reply>
  readonly #host: CarrierHost
  readonly #settings: PoolSettings
  readonly #seatKey: symbol
  readonly #threads = new Map<number, Thread>()
  readonly #seats: TripSeat[] = []
  readonly #sweep: ReturnType<typeof setInterval>
  #leaving = 0
  #born = 0
  #ended = 0
  #stillborn = 0
  #startError: unknown
  #closing = false
  recycled = 0
  lost = 0

  static async start(settings: PoolSettings, memory: SharedArrayBuffer, host: CarrierHost): Promise<Threads> {
    const { Piscina } = await import('piscina')
    return new Threads(Piscina, settings, memory, host)
  }

  private constructor(Pool: typeof Piscina, settings: PoolSettings, memory: SharedArrayBuffer, host: CarrierHost) {
    this.#host = host
    this.#settings = settings
    this.#seatKey = Pool.queueOptionsSymbol
    const choose: Choose = (task, workers) => this.#choose(task[this.#seatKey as never] as Seat, workers)
    this.#piscina = new Pool(piscinaOptions(settings, memory, choose))
    this.#piscina.on('message', (message: unknown) => host.posted(message))
    this.#piscina.on('workerCreate', ({ id }: { id: number }) => this.#onBorn(id))
    this.#piscina.on('workerDestroy', () => this.#onEnded())
    this.#piscina.on('error', (error: unknown) => this.#onError(error))
    this.#sweep = setInterval(() => this.#endIdle(), Math.min(settings.idleTimeout / 2, 60_000)).unref()
  }

  get count(): number {
    return this.#piscina.threads.length
  }

  get capacity(): number {
    return this.#settings.threads - this.#leaving
  }

  send(trip: Trip): void {
    this.#seats[trip.lane] ??= this.#seatOf(trip)
    const seat = this.#seats[trip.lane] as TripSeat
    seat.thread = undefined
    this.#run(trip.request, seat, trip.options).then(seat.onReply, seat.onFailure)
  }

  #seatOf(trip: Trip): TripSeat {
    const seat: TripSeat = {
      trip,
      thread: undefined,
      onReply: (reply) => {
        const { thread } = seat
        if (thread !== undefined) {
          thread.busy = false
          this.#afterReply(thread, reply)
        }
        trip.onReply(reply)
      },
      onFailure: (error) => {
        const { thread } = seat
        // Where the thread is still there, the message was refused: something in it cannot be cloned.
        const ended = thread === undefined || this.#find(thread.id) === undefined
        thread?.afterFailure(ended)
        trip.onFailure(error, ended)
      },
    }
    return seat
  }

  answer(ticket: number, answer: Answer): void {
    for (const thread of this.#threads.values()) {
      if (!thread.isAt(ticket)) continue
      // Where the thread has ended meanwhile, its call knows.
      this.#beside(thread, [REQUEST.ANSWER, answer]).catch(() => {})
    }
  }

  async close(): Promise<void> {
    this.#closing = true
    clearInterval(this.#sweep)
    await this.#piscina.destroy()
  }

  #beside(thread: Thread, request: Extra): Promise<Reply> {
    return this.#run(request, { beside: thread.id })
  }

  #run(request: Request | Extra, seat: Seat, options: SendOptions = NO_OPTIONS): Promise<Reply> {
    // piscina shows the load balancer this much of a task, and posts the task after it was asked.
    ;(request as unknown as Record<symbol, unknown>)[this.#seatKey] = seat
    return this.#piscina.run(request, options)
  }

  #choose(seat: Seat, workers: Parameters<Choose>[1]): ReturnType<Choose> {
    if (seat.trip === undefined) return workers.find(({ id }) => seat.beside === 'any' || seat.beside === id) ?? null
    for (const worker of workers) {
      const thread = this.#threads.get(worker.id)
      if (thread === undefined || thread.busy || thread.leaving) continue
      seat.thread = thread
      thread.take(seat.trip.request)
      return worker
    }
    return null
  }

  #afterReply(thread: Thread, reply: Reply): void {
    const flags = flagsOf(reply)
    if (flags === 0) return
    if ((flags & FLAG.SPENT) !== 0) {
      if (this.#end(thread)) this.recycled++
    } else {
      this.#linger(thread)
    }
  }

  /**
   * Lets a thread live in which a function left timers or connections behind, a while at a time: between the whiles
   * nothing keeps this process alive.
   */
  #linger(thread: Thread): void {
    if (thread.lingering || thread.leaving || this.#closing) return
    thread.lingering = true
    this.#beside(thread, [REQUEST.LINGER, LINGER]).then(
      (reply) => {
        thread.lingering = false
        if ((flagsOf(reply) & FLAG.LEFTOVER) !== 0) setTimeout(() => this.#linger(thread), 1).unref()
      },
      (error) => {
        if (!thread.busy && !thread.leaving && !thread.ended && !this.#closing) this.#onError(error)
      },
    )
  }

  #find(id: number): Worker | undefined {
    return this.#piscina.threads.find(({ threadId }) => threadId === id)
  }

  #end(thread: Thread): boolean {
    const worker = this.#find(thread.id)
    if (worker === undefined || thread.leaving) return false
    thread.leaving = true
    this.#leaving++
    void worker.terminate()
    return true
  }

  #endIdle(): void {
    const since = performance.now() - this.#settings.idleTimeout
    for (const thread of this.#threads.values()) {
      if (thread.busy || thread.usedAt > since || !this.#end(thread)) continue
      this.#piscina.options.minThreads = Math.max(0, this.#piscina.options.minThreads - 1)
    }
  }

  #onBorn(id: number): void {
    this.#born++
    this.#stillborn = 0
    // As many as there are are kept: piscina itself replaces what ends. Idle ones are taken off this number first.
    this.#piscina.options.minThreads = Math.max(this.#piscina.options.minThreads, this.count)
    const thread = new Thread(id)
    this.#threads.set(id, thread)
    this.#find(id)?.once('exit', () => this.#forget(thread))
  }

  /** Runs when the thread is gone for sure; what it posted has arrived. */
  #forget(thread: Thread): void {
    this.#threads.delete(thread.id)
    if (thread.leaving) this.#leaving--
    else if (!this.#closing) this.lost++
    this.#refill()
  }

  #onEnded(): void {
    this.#ended++
    if (this.#ended <= this.#born) return
    // One more ended than ever was ready.
    this.#ended--
    this.#stillborn++
    if (this.#stillborn < STILLBORN) {
      this.#refill()
      return
    }
    // Its error comes after this event.
    queueMicrotask(() => {
      this.#stillborn = 0
      this.#host.failed(this.#startError)
    })
  }

  #onError(error: unknown): void {
    if (this.#stillborn > 0) {
      this.#startError = error
      return
    }
    const what = `jobs-worker: a thread ended while idle, by an error that a function left behind: ${String(error)}`
    process.emitWarning(what, 'JobsWorkerWarning')
  }

  #refill(): void {
    // Not at once: piscina is in the middle of taking the old one off its list.
    queueMicrotask(() => {
      if (this.#closing) return
      this.#host.gone()
      // piscina starts no thread for what waits already.
      if (this.#piscina.queueSize > 0) this.#run([REQUEST.LINGER, 0], { beside: 'any' }).catch(() => {})
    })
  }
}
