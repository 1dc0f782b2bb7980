import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Signal, Store } from '@jobs-worker/core/store'
import type { ChildStore } from '../options'

/** Beside src and dist alike. */
const SCRIPT = fileURLToPath(new URL('../child/main.mjs', rootOf(import.meta.url)))

function rootOf(url: string): string {
  return url.replace(/^(.*\/(?:src|dist)\/).*$/, '$1')
}

interface Answer {
  readonly call?: number
  readonly value?: unknown
  readonly error?: { readonly name: string; readonly message: string; readonly code?: string }
  readonly signal?: Signal
  readonly event?: { readonly name: string; readonly value: unknown }
}

/** A process with a store of its own, driven from the test call by call. */
export class Child {
  /** The store in that process: every call happens there. */
  readonly store: Store
  readonly #process: ChildProcess
  readonly #open = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>()
  readonly #listeners = new Set<(signal: Signal) => void>()
  readonly #events: { name: string; value: unknown; seen: boolean }[] = []
  #calls = 0

  private constructor(child: ChildProcess) {
    this.#process = child
    child.on('message', (answer) => this.#take(answer as Answer))
    child.on('exit', (code, signal) => this.#end(new Error(`the child process ended (${signal ?? code})`)))
    const schedules = new Proxy({} as Store['schedules'], {
      get:
        (_, method) =>
        (...args: readonly unknown[]) =>
          this.#call('store', `schedules.${String(method)}`, args),
    })
    this.store = new Proxy({} as Store, {
      get: (_, method) => {
        if (method === 'then') return undefined
        if (method === 'schedules') return schedules
        if (method === 'subscribe') return (listener: (signal: Signal) => void) => this.#subscribe(listener)
        return (...args: readonly unknown[]) => this.#call('store', String(method), args)
      },
    })
  }

  static async start(spec: ChildStore): Promise<Child> {
    const process = fork(SCRIPT, [], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      execArgv: [],
      serialization: 'advanced',
    })
    const child = new Child(process)
    await child.#call('open', '', [spec])
    return child
  }

  get pid(): number {
    return this.#process.pid as number
  }

  /** Runs one of the scenarios of child/main.mjs. */
  run<T>(scenario: string, ...args: readonly unknown[]): Promise<T> {
    return this.#call('run', scenario, args) as Promise<T>
  }

  /** The next value that a scenario told under this name. */
  async told<T>(name: string, ms = 8_000): Promise<T> {
    const end = Date.now() + ms
    for (;;) {
      const event = this.#events.find((one) => one.name === name && !one.seen)
      if (event !== undefined) {
        event.seen = true
        return event.value as T
      }
      const left = end - Date.now()
      if (left <= 0) throw new Error(`waited ${ms} ms in vain for ${name} of the child process`)
      await once(this.#process, 'message', { signal: AbortSignal.timeout(left) }).catch(() => undefined)
    }
  }

  /** How the process ended, by itself. */
  async exited(ms: number): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
    if (!this.#gone) await once(this.#process, 'exit', { signal: AbortSignal.timeout(ms) })
    return { code: this.#process.exitCode, signal: this.#process.signalCode }
  }

  /** SIGKILL, at whatever instruction it is. */
  async kill(): Promise<void> {
    await this.#finish('SIGKILL')
  }

  async terminate(): Promise<void> {
    await this.#finish('SIGTERM')
  }

  get #gone(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null
  }

  async #finish(signal: NodeJS.Signals): Promise<void> {
    if (this.#gone) return
    const gone = once(this.#process, 'exit')
    this.#process.kill(signal)
    await gone
  }

  async #subscribe(listener: (signal: Signal) => void): Promise<() => Promise<void>> {
    this.#listeners.add(listener)
    if (this.#listeners.size === 1) await this.#call('subscribe', '', [])
    return async () => {
      this.#listeners.delete(listener)
    }
  }

  #call(kind: string, name: string, args: readonly unknown[]): Promise<unknown> {
    this.#calls++
    const call = this.#calls
    return new Promise((resolve, reject) => {
      this.#open.set(call, { resolve, reject })
      this.#process.send({ call, kind, name, args }, (error) => {
        if (error) this.#end(error)
      })
    })
  }

  #take(answer: Answer): void {
    if (answer.signal) for (const listener of this.#listeners) listener(answer.signal)
    if (answer.event) this.#events.push({ ...answer.event, seen: false })
    const open = answer.call === undefined ? undefined : this.#open.get(answer.call)
    if (open === undefined) return
    this.#open.delete(answer.call as number)
    if (answer.error) open.reject(Object.assign(new Error(answer.error.message), answer.error))
    else open.resolve(answer.value)
  }

  #end(error: Error): void {
    for (const open of this.#open.values()) open.reject(error)
    this.#open.clear()
  }
}
