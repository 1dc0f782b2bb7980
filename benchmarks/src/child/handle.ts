import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { type Deferred, deferred } from '../deferred'
import type { Answer, Call, ProducerCalls, RunnerCalls } from './calls'

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url))

/** A child process, seen as the object whose methods it performs. */
export interface Child<Calls> extends AsyncDisposable {
  readonly calls: Calls
  readonly pid: number
  /** Ends the process at once, whatever it does. */
  kill(): Promise<void>
}

export function forkProducer(contestant: string, url: string): Promise<Child<ProducerCalls>> {
  return forkChild(['producer', contestant, url])
}

export function forkRunner(contestant: string, url: string): Promise<Child<RunnerCalls>> {
  return forkChild(['runner', contestant, url])
}

async function forkChild<Calls>(args: string[]): Promise<Child<Calls>> {
  const child = fork(MAIN, args, {
    execArgv: ['--import', 'tsx', '--expose-gc'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const caller = new Caller(child)
  await caller.ready
  return {
    calls: new Proxy({}, { get: (_, method) => (argument: unknown) => caller.call(String(method), argument) }) as Calls,
    pid: child.pid ?? 0,
    kill: () => caller.kill(),
    [Symbol.asyncDispose]: () => caller.kill(),
  }
}

class Caller {
  readonly #child: ChildProcess
  readonly #open = new Map<number, Deferred<unknown>>()
  readonly ready: Promise<unknown>
  #next = 1

  constructor(child: ChildProcess) {
    this.#child = child
    this.ready = this.#expect(0)
    child.on('message', (message) => this.#settle(message as Answer))
    child.once('exit', (code, signal) => this.#fail(new Error(`child process ended (${signal ?? code})`)))
  }

  call(method: string, argument: unknown): Promise<unknown> {
    const call: Call = { id: this.#next++, method, argument }
    const answer = this.#expect(call.id)
    this.#child.send(call)
    return answer
  }

  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const ended = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await ended
  }

  #expect(id: number): Promise<unknown> {
    const answer = deferred<unknown>()
    // Whoever awaits it sees the failure; a call that nobody awaits any more must not end the benchmark.
    answer.promise.catch(() => undefined)
    this.#open.set(id, answer)
    return answer.promise
  }

  #settle(answer: Answer): void {
    const open = this.#open.get(answer.id)
    this.#open.delete(answer.id)
    if ('error' in answer) open?.reject(new Error(answer.error))
    else open?.resolve(answer.value)
  }

  #fail(error: Error): void {
    for (const open of this.#open.values()) open.reject(error)
    this.#open.clear()
  }
}
