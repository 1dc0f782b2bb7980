import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { Duration } from './duration'
import type { Job } from './job'
import type { RunLocks } from './locks'
import type { Logger } from './logger'
import type { PartialSettings, SettingsOptions } from './settings'

// A task, the context of its handler and the client that takes tasks name each other: they stand in one file.

export interface UniqueOptions<Input = unknown> {
  /** A name, or how to make one of the parsed input. Default: the canonical input. */
  readonly key?: string | ((input: Input) => string)
  /** How long the key is held: until a final state (default), until the first claim, or for `window`. */
  readonly while?: 'alive' | 'queued'
  /** Holds the key for this long, whatever the job does; excludes `while`. */
  readonly window?: Duration
  /** Default 'return': the caller gets the job that is there. */
  readonly onConflict?: 'return' | 'replace' | 'throw'
}

export interface EnqueueOptions extends SettingsOptions {
  /** Runs this much later. Excludes `at`. */
  readonly delay?: Duration
  /** Runs at this time; a time in the past means now. */
  readonly at?: Date
  /** Default: the task's, else 'default'. */
  readonly queue?: string
  /** Beats the task's; a key given here may belong to a task of another process. */
  readonly unique?: boolean | UniqueOptions<unknown>
  /** Texts that travel with the job. */
  readonly headers?: Readonly<Record<string, string>>
  /** The caller's own transaction: a pg client, a PGlite transaction, a MongoDB session. */
  readonly tx?: unknown
}

export interface ResultOptions {
  /** How long to wait. Default: for ever. */
  readonly timeout?: Duration
  readonly signal?: AbortSignal
}

/** A job that was just enqueued. */
export interface EnqueuedJob<Result = unknown> {
  readonly id: string
  readonly task: string
  readonly queue: string
  /** `unique` found this job alive: nothing was added. */
  readonly deduplicated: boolean
  /**
   * Waits for the job's end, from any process, and answers what the handler returned.
   * @throws JobFailedError (its cause is the job's last error), CancelledError, ResultNotKeptError, TimeoutError
   */
  result(options?: ResultOptions): Promise<Result>
}

/** An input may be left out where undefined is one. */
export type EnqueueArguments<Input> = undefined extends Input
  ? [input?: Input, options?: EnqueueOptions]
  : [input: Input, options?: EnqueueOptions]

/** What a handler can do with the queue it runs on. */
export interface JobsClient {
  enqueue<Input, Parsed, Result>(
    task: Task<Input, Parsed, Result>,
    ...args: EnqueueArguments<NoInfer<Input>>
  ): Promise<EnqueuedJob<Result>>
  enqueue(task: string, input?: unknown, options?: EnqueueOptions): Promise<EnqueuedJob>
  enqueueMany<Input, Parsed, Result>(
    task: Task<Input, Parsed, Result>,
    inputs: readonly NoInfer<Input>[],
    options?: EnqueueOptions,
  ): Promise<EnqueuedJob<Result>[]>
  enqueueMany(task: string, inputs: readonly unknown[], options?: EnqueueOptions): Promise<EnqueuedJob[]>
  get(id: string): Promise<Job | null>
}

/** What a handler gets beside its input. Its functions may be taken out of it: `run(input, { signal, progress })`. */
export interface TaskContext {
  readonly job: Job
  /** How often the job was claimed, this time counted. */
  readonly run: number
  /** Which of `maxAttempts` this is, from 1. */
  readonly attempt: number
  /** Aborts on cancel, timeout, a lost lease, or when the worker's stop timeout has passed; its reason tells which. */
  readonly signal: AbortSignal
  readonly log: Logger
  /** Makes a JSON value visible from outside while the job runs. */
  readonly progress: (value: unknown) => void
  /** Merges fields into the job's meta. */
  readonly setMeta: (fields: Readonly<Record<string, unknown>>) => void
  /** Ends this run; the job runs again later without costing an attempt. Default: after the task's `postpone.delay`. */
  readonly postpone: (delay?: Duration) => never
  /** More locks for this run, beside those that its task names. */
  readonly locks: RunLocks
  readonly jobs: JobsClient
}

/** A named definition with a handler. `Input` is what enqueue takes, `Parsed` what the handler gets. */
export interface Task<Input = unknown, Parsed = Input, Result = unknown> {
  readonly name: string
  readonly queue: string | undefined
  readonly schema: StandardSchemaV1<unknown, Parsed> | undefined
  readonly settings: PartialSettings
  readonly unique: UniqueOptions<Parsed> | undefined
  readonly locks: ((input: Parsed) => readonly string[]) | undefined
  readonly isolation: 'inline' | 'thread'
  readonly module: string | undefined
  /** The handler itself: `task.run(input, testContext())` tests it without a store. */
  run(input: Parsed, ctx: TaskContext): Result | Promise<Result>
  /** Only for the compiler: carries the input's type. */
  readonly '~input'?: { readonly input: Input }
}

// The widest task: what takes any of them. `never` in the handler's place, because its argument is contravariant.
// biome-ignore lint/suspicious/noExplicitAny: a task of any input and result; unknown would refuse every real one
export type AnyTask = Task<any, any, any>
