/** What a producer process does on request; times are milliseconds, instants are of `now()`. */
export interface ProducerCalls {
  /** Enqueues `jobs` by the call for many, each with so many characters of `padding`; answers how long it took. */
  fill(options: {
    readonly jobs: number
    readonly kind?: 'due' | 'later' | 'foreign'
    readonly padding?: number
  }): Promise<number>
  /** Enqueues `jobs` by the call for one, `inFlight` at a time; begins no more after `within` ms. */
  single(options: {
    readonly jobs: number
    readonly inFlight: number
    readonly within: number
  }): Promise<{ readonly enqueued: number; readonly elapsed: number }>
  /** Enqueues `jobs` by the call for one, each after a pause of `minGap` to `maxGap`. */
  pulse(options: { readonly jobs: number; readonly minGap: number; readonly maxGap: number }): Promise<void>
  /** Enqueues by the call for one, `rate` a second, whether the earlier ones have returned or not; waits for all in the end. */
  steady(options: { readonly jobs: number; readonly rate: number }): Promise<void>
  close(): Promise<void>
}

/** What a worker process saw of the jobs it ran. */
export interface RunnerReport {
  readonly handled: number
  readonly first: number
  /** When the expected number was reached, or given up. */
  readonly last: number
  /** From the instant in the payload to the handler. */
  readonly latencies: readonly number[]
  readonly memory: readonly MemorySample[]
}

export interface MemorySample {
  readonly handled: number
  /** After a full collection. */
  readonly heap: number
  readonly rss: number
}

export interface RunnerCalls {
  /** Starts to run jobs; `expect` is what `reached` waits for; with `results` each job answers its own. */
  start(options: {
    readonly expect: number
    readonly sampleMemoryEvery?: number
    readonly results?: boolean
  }): Promise<void>
  /** Resolves when the expected number was handled: true; or after so many milliseconds: false. */
  reached(options: { readonly within: number }): Promise<boolean>
  report(): Promise<RunnerReport>
  stop(): Promise<void>
}

export interface Call {
  readonly id: number
  readonly method: string
  readonly argument: unknown
}

export type Answer = { readonly id: number } & ({ readonly value: unknown } | { readonly error: string })
