import { setTimeout as sleep } from 'node:timers/promises'
import { now } from '../clock'
import type { Payload, Runner } from '../contestant'
import { deferred } from '../deferred'
import type { MemorySample, RunnerCalls, RunnerReport } from './calls'

/** Counts and times the jobs that a contestant's worker runs in this process. */
export class RunnerSide implements RunnerCalls {
  readonly #latencies: number[] = []
  readonly #memory: MemorySample[] = []
  readonly #reached = deferred<void>()
  #runner: Runner | undefined
  #expect = 0
  #results = false
  #sampleEvery = Number.POSITIVE_INFINITY
  #handled = 0
  #first = 0
  #last = 0

  readonly handle = (payload: Payload): unknown => {
    if (this.#handled === 0) this.#first = now()
    this.#handled++
    if (payload.at !== undefined) this.#latencies.push(now() - payload.at)
    if (this.#handled % this.#sampleEvery === 0) this.#sample()
    if (this.#handled === this.#expect) {
      this.#last = now()
      this.#reached.resolve(undefined)
    }
    return this.#results ? { n: payload.n, text: `the result of job ${payload.n}` } : undefined
  }

  use(runner: Runner): void {
    this.#runner = runner
  }

  async start({ expect, sampleMemoryEvery, results = false }: Parameters<RunnerCalls['start']>[0]): Promise<void> {
    this.#expect = expect
    this.#results = results
    if (sampleMemoryEvery) this.#sampleEvery = sampleMemoryEvery
    await this.#runner?.start()
  }

  async reached({ within }: { within: number }): Promise<boolean> {
    const all = await Promise.race([this.#reached.promise.then(() => true), sleep(within, false, { ref: false })])
    if (!all) this.#last = now()
    return all
  }

  async report(): Promise<RunnerReport> {
    return {
      handled: this.#handled,
      first: this.#first,
      last: this.#last,
      latencies: this.#latencies,
      memory: this.#memory,
    }
  }

  async stop(): Promise<void> {
    await this.#runner?.stop()
  }

  #sample(): void {
    if (!globalThis.gc) throw new Error('memory is sampled in a process started with --expose-gc')
    globalThis.gc()
    const { heapUsed, rss } = process.memoryUsage()
    this.#memory.push({ handled: this.#handled, heap: heapUsed, rss })
  }
}
