import { PoolClosedError, ThreadStartError } from '../errors'
import type { Answer } from '../wire'
import type { Call } from './call'
import type { Carrier } from './carrier'
import { Lanes } from './lanes'
import { Ledger } from './ledger'
import { Limits } from './limits'
import { type PoolOptions, type PoolSettings, parsePoolOptions } from './options'
import { Processes } from './processes'
import { CallQueue } from './queue'
import type { PoolStats } from './stats'
import { Threads } from './threads'
import { Trips } from './trips'

/** Queues calls and gives them to threads, or processes, as these become free. */
export class CallPool {
  readonly settings: PoolSettings
  readonly #lanes: Lanes
  readonly #queue = new CallQueue()
  readonly #ledger: Ledger
  readonly #limits: Limits
  readonly #trips: Trips
  #carrier: Carrier | undefined
  #starting: Promise<void> | undefined
  #closed = false

  constructor(options: PoolOptions = {}) {
    this.settings = parsePoolOptions(options)
    this.#lanes = new Lanes(this.settings.threads)
    this.#ledger = new Ledger(this.#lanes)
    this.#limits = new Limits(this.#lanes, this.#ledger, (ticket, code) => this.#carrier?.abort?.(ticket, code))
    this.#trips = new Trips(this.#lanes, this.#ledger, this.#limits, this.settings.isolate, {
      again: (calls) => this.#queue.putBack(calls),
      free: () => this.#pump(),
    })
  }

  submit(call: Call): void {
    if (this.#closed) {
      call.reject(new PoolClosedError())
      return
    }
    const signal = call.limits?.signal
    if (signal !== undefined) {
      if (signal.aborted) {
        call.reject(signal.reason)
        return
      }
      const onAbort = () => this.#limits.abort(call, signal.reason)
      signal.addEventListener('abort', onAbort, { once: true })
      call.onSettled = () => signal.removeEventListener('abort', onAbort)
    }
    const carrier = this.#carrier
    if (carrier !== undefined && this.#queue.size === 0 && this.#trips.count < carrier.capacity) {
      this.#trips.send(carrier, [call])
    } else {
      this.#queue.push(call)
      this.#pump()
    }
  }

  /** Answers what the running call asked. */
  answer(call: Call, answer: Answer): void {
    if (!call.settled) this.#carrier?.answer(call.ticket, answer)
  }

  stats(): PoolStats {
    return {
      threads: this.#carrier?.count ?? 0,
      running: this.#ledger.size,
      waiting: this.#queue.size,
      completed: this.#ledger.completed,
      failed: this.#ledger.failed,
      lost: this.#carrier?.lost ?? 0,
      recycled: this.#carrier?.recycled ?? 0,
    }
  }

  /** Takes no more calls, waits for those there are (`force`: rejects them) and ends the threads. */
  async close(options: { readonly force?: boolean } = {}): Promise<void> {
    this.#closed = true
    if (options.force === true) this.#rejectAll(new PoolClosedError())
    else await this.#idle()
    await this.#starting
    await this.#carrier?.close()
  }

  #idle(): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (this.#ledger.size === 0 && this.#queue.size === 0) resolve()
      }
      this.#ledger.onSettled = look
      look()
    })
  }

  #pump(): void {
    if (this.#queue.size === 0) return
    const carrier = this.#carrier
    if (carrier === undefined) {
      this.#starting ??= this.#start()
      return
    }
    while (this.#trips.count < carrier.capacity) {
      const calls = this.#queue.take(this.#share())
      if (calls.length === 0) return
      this.#trips.send(carrier, calls)
    }
  }

  /** How many of the calls that wait may share a trip. */
  #share(): number {
    const { isolate, threads, recycleAfter } = this.settings
    return isolate === 'process' ? 1 : Math.min(Math.ceil(this.#queue.size / threads), recycleAfter)
  }

  async #start(): Promise<void> {
    const host = {
      posted: (message: unknown) => this.#ledger.posted(message),
      gone: () => this.#pump(),
      failed: (cause: unknown) => this.#rejectAll(new ThreadStartError({ cause })),
    }
    const { isolate } = this.settings
    if (isolate === 'process') this.#carrier = new Processes(this.settings, this.#lanes, host)
    else this.#carrier = await Threads.start(this.settings, this.#lanes.memory, host)
    this.#pump()
  }

  #rejectAll(error: Error): void {
    for (const call of [...this.#queue.drain(), ...this.#ledger.all()]) this.#ledger.fail(call, error)
  }
}
