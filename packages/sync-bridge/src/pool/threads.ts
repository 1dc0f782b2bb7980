import type { Worker } from 'node:worker_threads'
import type { Piscina } from 'piscina'
import { FLAG } from '../../thread/protocol.mjs'
import { THREAD_ENTRY } from '../entry'
import type { Reply, Request } from '../wire'
import type { Carrier, CarrierHost, SendOptions } from './carrier'
import { threadArgv } from './exec-argv'
import type { PoolSettings } from './options'
import { Thread } from './thread'

/** What is sent beside the calls: how long to linger, or nothing. */
type Extra = [ms?: number]

/** How a request travels. */
interface Trip {
  readonly request: Request | Extra
  /** The thread that it went to. */
  thread: Thread | undefined
  /** The id of the thread that it is for; it goes there beside what the thread is doing. */
  readonly beside?: number
}

type Options = NonNullable<ConstructorParameters<typeof Piscina>[0]>
type Choose = NonNullable<Options['loadBalancer']>

/** How long a thread lingers at a time, in milliseconds. */
const LINGER = 50

/** How many threads in a row may end before they are ready. */
const STILLBORN = 3

/** The threads themselves: a piscina, with recycling, idle ends, and a replacement at once for what was lost. */
export class Threads implements Carrier {
  readonly #piscina: Piscina<Request | Extra, Reply>
  readonly #host: CarrierHost
  readonly #settings: PoolSettings
  readonly #tripKey: symbol
  readonly #threads = new Map<number, Thread>()
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
    this.#tripKey = Pool.queueOptionsSymbol
    const options: Options = {
      filename: THREAD_ENTRY.href,
      minThreads: 0,
      maxThreads: settings.threads,
      // Its own idle timer would be set anew at every call.
      idleTimeout: Number.POSITIVE_INFINITY,
      // The fastest; between calls the thread stands still, and `#linger` lets it go on where that matters.
      atomics: 'sync',
      // The second one is `#linger`.
      concurrentTasksPerWorker: 2,
      recordTiming: false,
      workerData: { memory, epoch: performance.timeOrigin, recycleAfter: settings.recycleAfter },
      loadBalancer: (task, workers) => this.#choose(task[this.#tripKey as never] as Trip, workers),
    }
    const execArgv = threadArgv(process.execArgv)
    if (execArgv !== undefined) Object.assign(options, { execArgv })
    if (settings.memoryLimit !== null) {
      Object.assign(options, { resourceLimits: { maxOldGenerationSizeMb: settings.memoryLimit } })
    }
    this.#piscina = new Pool(options)
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

  send(
    request: Request,
    options: SendOptions | undefined,
    onReply: (reply: Reply) => void,
    onFailure: (error: unknown, sent: boolean) => void,
  ): void {
    const trip: Trip = { request, thread: undefined }
    this.#run(trip, options).then(
      (reply) => {
        const { thread } = trip
        if (thread !== undefined) {
          thread.busy = false
          this.#afterReply(thread, reply)
        }
        onReply(reply)
      },
      (error) => {
        const { thread } = trip
        thread?.afterFailure()
        // Where the thread is still there, the message was refused: something in it cannot be cloned.
        onFailure(error, thread === undefined || this.#find(thread.id) === undefined)
      },
    )
  }

  async close(): Promise<void> {
    this.#closing = true
    clearInterval(this.#sweep)
    await this.#piscina.destroy()
  }

  #run(trip: Trip, options?: SendOptions): Promise<Reply> {
    // piscina shows the load balancer this much of a task, and posts the task after it was asked.
    ;(trip.request as unknown as Record<symbol, unknown>)[this.#tripKey] = trip
    return this.#piscina.run(trip.request, options)
  }

  #choose(trip: Trip, workers: Parameters<Choose>[1]): ReturnType<Choose> {
    if (trip.beside !== undefined) return workers.find(({ id }) => id === trip.beside) ?? null
    for (const worker of workers) {
      const thread = this.#threads.get(worker.id)
      if (thread === undefined || thread.busy || thread.leaving) continue
      trip.thread = thread
      thread.take(trip.request)
      return worker
    }
    return null
  }

  #afterReply(thread: Thread, [status]: Reply): void {
    if ((status & FLAG.SPENT) !== 0) {
      if (this.#end(thread)) this.recycled++
    } else if ((status & FLAG.LEFTOVER) !== 0) {
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
    this.#run({ request: [LINGER], thread: undefined, beside: thread.id }).then(
      ([status]) => {
        thread.lingering = false
        if ((status & FLAG.LEFTOVER) !== 0) setTimeout(() => this.#linger(thread), 1).unref()
      },
      (error) => {
        if (!thread.busy && !thread.leaving && !this.#closing) this.#onError(error)
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
      if (this.#piscina.queueSize > 0) this.#run({ request: [], thread: undefined }).catch(() => {})
    })
  }
}
