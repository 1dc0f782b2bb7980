import { TimeoutError } from '@jobs-worker/core'
import { STATE, STATUS, STATUS_BITS, TAG } from '../../thread/protocol.mjs'
import { PoolClosedError, ThreadCrashedError, ThreadStartError } from '../errors'
import { decodeThrown } from '../thrown'
import type { Posted, Reply, Report, Request } from '../wire'
import type { Call } from './call'
import type { Carrier, SendOptions } from './carrier'
import { deathOf } from './death'
import { Lanes, reasonIndex } from './lanes'
import { type PoolOptions, type PoolSettings, parsePoolOptions } from './options'
import { Processes } from './processes'
import { CallQueue } from './queue'
import { refusalOf } from './refusal'
import type { PoolStats } from './stats'
import { Threads } from './threads'

/** A trip of several calls that takes longer than this gives back those that have not started, in milliseconds. */
const STALLED = 10

/** How often a call may lose its thread before it starts. */
const RETURNS = 5

/** How long a result may be on its way after its thread has ended, in milliseconds. */
const LATE = 1_000

/** Queues calls, hands them to threads, and sees each to its end. */
export class CallPool {
  readonly settings: PoolSettings
  readonly #lanes: Lanes
  readonly #queue = new CallQueue()
  /** By ticket: the calls that threads have. */
  readonly #sent = new Map<number, Call>()
  #carrier: Carrier | undefined
  #starting: Promise<void> | undefined
  #requests = 0
  /** Calls whose result is on its way by the message port. */
  #awaited = 0
  #keepAlive: ReturnType<typeof setInterval> | undefined
  #completed = 0
  #failed = 0
  #closed = false
  #onIdle: (() => void) | undefined

  constructor(options: PoolOptions = {}) {
    this.settings = parsePoolOptions(options)
    this.#lanes = new Lanes(this.settings.threads)
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
      const onAbort = () => this.#abort(call, signal.reason)
      signal.addEventListener('abort', onAbort, { once: true })
      call.onSettled = () => signal.removeEventListener('abort', onAbort)
    }
    this.#queue.push(call)
    this.#pump()
  }

  stats(): PoolStats {
    return {
      threads: this.#carrier?.count ?? 0,
      running: this.#sent.size,
      waiting: this.#queue.size,
      completed: this.#completed,
      failed: this.#failed,
      lost: this.#carrier?.lost ?? 0,
      recycled: this.#carrier?.recycled ?? 0,
    }
  }

  /** Takes no more calls, waits for those there are (`force`: rejects them) and ends the threads. */
  async close(options: { readonly force?: boolean } = {}): Promise<void> {
    this.#closed = true
    if (options.force === true) this.#rejectAll(new PoolClosedError())
    else if (this.#sent.size > 0 || this.#queue.size > 0) await new Promise<void>((resolve) => (this.#onIdle = resolve))
    await this.#starting
    await this.#carrier?.close()
  }

  #pump(): void {
    if (this.#queue.size === 0) return
    const carrier = this.#carrier
    if (carrier === undefined) {
      this.#starting ??= this.#start()
      return
    }
    while (this.#requests < carrier.capacity) {
      const calls = this.#queue.take(this.#share())
      if (calls.length === 0) return
      this.#send(carrier, calls)
    }
  }

  /** How many of the calls that wait may share a trip. */
  #share(): number {
    const { isolate, threads, recycleAfter } = this.settings
    return isolate === 'process' ? 1 : Math.min(Math.ceil(this.#queue.size / threads), recycleAfter)
  }

  async #start(): Promise<void> {
    const host = {
      posted: (message: unknown) => this.#posted(message),
      gone: () => this.#pump(),
      failed: (cause: unknown) => this.#rejectAll(new ThreadStartError({ cause })),
    }
    const { isolate } = this.settings
    if (isolate === 'process') this.#carrier = new Processes(this.settings, this.#lanes, host)
    else this.#carrier = await Threads.start(this.settings, this.#lanes.memory, host)
    this.#pump()
  }

  #send(carrier: Carrier, calls: readonly Call[]): void {
    const base = this.#lanes.take()
    this.#requests++
    const request: Request = [base]
    for (const call of calls) {
      call.index = base + request.length - 1
      call.ticket = this.#lanes.open(call.index)
      this.#sent.set(call.ticket, call)
      const timeout = call.limits?.timeout ?? null
      if (timeout !== null) call.timer = setTimeout(() => this.#checkTime(call, timeout), timeout)
      request.push([call.ticket, call.reference.wire, call.args])
    }
    const [first] = calls as [Call]
    const stall = calls.length > 1 ? setTimeout(() => this.#takeBack(calls), STALLED) : undefined
    const back = () => {
      clearTimeout(stall)
      this.#lanes.giveBack(base)
      this.#requests--
    }
    carrier.send(
      request,
      sendOptions(first),
      (reply) => {
        back()
        this.#returned(calls, reply)
        this.#pump()
      },
      (error, sent) => {
        if (sent) this.#broken(calls, error)
        else this.#refused(calls, error)
        back()
        this.#pump()
      },
    )
  }

  /** A single call's reply has its result; what was posted comes, or came, by the message port. */
  #returned(calls: readonly Call[], [flagged, micros, value]: Reply): void {
    const [call] = calls as [Call]
    const status = flagged & STATUS_BITS
    if (status === STATUS.OK || status === STATUS.ERROR) {
      this.#end(call, status, micros, value)
      return
    }
    for (const each of calls) {
      if (each.settled || each.posted || each.index === -1) continue
      if (each.aborting && status === STATUS.SKIPPED) {
        this.#fail(each, each.reason)
        continue
      }
      each.posted = true
      this.#awaited++
    }
    // The request no longer keeps the process alive, and the message port never does.
    if (this.#awaited > 0) this.#keepAlive ??= setInterval(() => {}, 60_000)
  }

  #posted(message: unknown): void {
    if (!Array.isArray(message) || message[0] !== TAG) return
    const [, ticket, status, micros, value] = message as unknown as Posted
    const call = this.#sent.get(ticket)
    if (call === undefined) return
    if (status === STATUS.REPORT) call.onReport?.(value as Report)
    else this.#end(call, status, micros, value)
  }

  #end(call: Call, status: number, micros: number, value: unknown): void {
    call.reference.measure(micros)
    if (call.aborting && call.limits?.endingCounts !== true) this.#fail(call, call.reason)
    else if (status === STATUS.OK) this.#settle(call, () => call.resolve(value), true)
    else this.#settle(call, () => call.reject(decodeThrown(value as never, call.reference.label)))
  }

  #settle(call: Call, tell: () => void, completed = false): void {
    if (call.settled) return
    call.settled = true
    clearTimeout(call.timer)
    call.onSettled?.()
    this.#sent.delete(call.ticket)
    if (call.posted && --this.#awaited === 0) {
      clearInterval(this.#keepAlive)
      this.#keepAlive = undefined
    }
    if (completed) this.#completed++
    else this.#failed++
    tell()
    if (this.#onIdle !== undefined && this.#sent.size === 0 && this.#queue.size === 0) this.#onIdle()
  }

  /** A call of the trip turned out long: those behind it, not started, go back to the front of the queue. */
  #takeBack(calls: readonly Call[]): void {
    const waiting = calls.filter((call) => !call.settled && this.#withdraw(call))
    if (waiting.length === 0) return
    this.#queue.putBack(waiting)
    this.#pump()
  }

  /** Takes a call from its thread if it has not started. */
  #withdraw(call: Call): boolean {
    if (!this.#lanes.change(call.index, call.ticket, STATE.WAITING, STATE.TAKEN_BACK)) return false
    this.#sent.delete(call.ticket)
    clearTimeout(call.timer)
    call.index = -1
    return true
  }

  #checkTime(call: Call, timeout: number): void {
    if (call.settled || call.aborting) return
    const started = !this.#lanes.is(call.index, call.ticket, STATE.WAITING)
    const left = started ? timeout - (performance.now() - this.#lanes.startedAt(call.index)) : Math.min(timeout, 20)
    if (started && left < 1) {
      this.#abort(
        call,
        new TimeoutError(`runSync: ${call.reference.label} took longer than its timeout of ${timeout} ms`),
      )
    } else {
      call.timer = setTimeout(() => this.#checkTime(call, timeout), Math.max(1, left))
    }
  }

  /** First the function is told, by its flag; after the grace its thread ends. */
  #abort(call: Call, reason: unknown): void {
    if (call.settled || call.aborting) return
    if (call.index === -1 || this.#withdraw(call)) {
      this.#fail(call, reason)
      return
    }
    const code = reasonIndex(reason)
    if (!this.#lanes.abort(call.index, call.ticket, code)) return
    this.#carrier?.abort?.(call.ticket, code)
    call.aborting = true
    call.reason = reason
    clearTimeout(call.timer)
    call.timer = setTimeout(() => call.killer?.abort(), call.limits?.grace)
  }

  /** Something in the message cannot be cloned. */
  #refused(calls: readonly Call[], error: unknown): void {
    for (const call of calls) {
      if (!this.#withdraw(call)) continue
      this.#fail(call, refusalOf(call, this.settings.isolate, error))
    }
  }

  /** The thread that had the calls has ended. */
  #broken(calls: readonly Call[], error: unknown): void {
    const again: Call[] = []
    for (const call of calls) {
      if (call.settled || call.index === -1) continue
      const { label } = call.reference
      if (this.#withdraw(call)) {
        if (++call.returned < RETURNS) again.push(call)
        else
          this.#fail(
            call,
            new ThreadCrashedError(label, `its thread ended ${RETURNS} times before it began`, { cause: error }),
          )
      } else if (this.#lanes.is(call.index, call.ticket, STATE.ENDED)) {
        const late = new ThreadCrashedError(label, 'its thread ended right after it, and the result was lost', {
          cause: error,
        })
        call.timer = setTimeout(() => this.#fail(call, late), LATE)
      } else {
        this.#fail(call, call.aborting ? call.reason : deathOf(label, error))
      }
    }
    if (again.length > 0) this.#queue.putBack(again)
  }

  #fail(call: Call, error: unknown): void {
    this.#settle(call, () => call.reject(error))
  }

  #rejectAll(error: Error): void {
    for (const call of [...this.#queue.drain(), ...this.#sent.values()]) this.#fail(call, error)
  }
}

function sendOptions({ transfer, killer }: Call): SendOptions | undefined {
  if (transfer === undefined && killer === undefined) return undefined
  const options: SendOptions = {}
  if (transfer !== undefined) options.transferList = [...transfer]
  if (killer !== undefined) options.signal = killer.signal
  return options
}
