import type { Locks } from '../locks/locks'
import type { JobsClient, TaskContext } from '../model/client'
import { CancelledError, LeaseLostError, StoppedError, TimeoutError } from '../model/errors'
import { toJson } from '../model/json'
import type { Logger } from '../model/logger'
import { parseInput } from '../model/schema'
import type { Settings } from '../model/settings'
import type { AnyTask } from '../model/task'
import { toErrorRecord } from '../store/error-record'
import type { ClaimedJob, Fence, Outcome, Report } from '../store/port'
import { RunContext } from './context'
import { decide } from './decide'

/** Why a run was told to stop. */
export type AbortKind = 'cancel' | 'timeout' | 'stop' | 'lost'

/** What a run needs of the worker that holds it. */
export interface RunHost {
  readonly workerId: string
  readonly jobs: JobsClient
  readonly locks: Locks
  readonly log: Logger
  readonly grace: number
  readonly payloadLimit: number
  call(task: AnyTask, input: unknown, context: TaskContext, run: Run): unknown
  report(report: Report): void
  /** The run is over: its slot is free, and `outcome` is to be settled; null where the lease is another's. */
  ended(run: Run, outcome: Outcome | null): void
}

type Ending = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: unknown }

/** One run of one job, from its start to its outcome. */
export class Run {
  readonly job: ClaimedJob
  readonly task: AnyTask
  readonly settings: Settings
  readonly attempt: number
  readonly startedAt = performance.now()
  /** false: reserved, and the store has not been told of the start. */
  startTold: boolean
  readonly #host: RunHost
  #controller: AbortController | undefined
  #aborted: { readonly kind: AbortKind; readonly reason: Error } | undefined
  #timer: ReturnType<typeof setTimeout> | undefined
  #over = false
  #meta: Record<string, unknown> | undefined
  /** The payload no longer parses or no longer matches: another run would end the same. */
  #unfit = false

  constructor(host: RunHost, job: ClaimedJob, task: AnyTask, settings: Settings) {
    this.#host = host
    this.job = job
    this.task = task
    this.settings = settings
    this.startTold = !job.reserved
    this.attempt = job.reserved ? job.attempt + 1 : job.attempt
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController()
      if (this.#aborted !== undefined) this.#controller.abort(this.#aborted.reason)
    }
    return this.#controller.signal
  }

  begin(): void {
    if (this.task.isolation === 'inline') this.startTimeout()
    // Also a plain value goes through a promise: an end within its own begin would nest without bound.
    this.#start().then(
      (result) => this.#finish({ ok: true, value: result }),
      (error) => this.#finish({ ok: false, error }),
    )
  }

  /** The handler begins now: in a thread, when there is one for it. */
  startTimeout(): void {
    const { timeout } = this.settings
    if (timeout === null || this.#over || this.#aborted !== undefined) return
    this.#timer = setTimeout(() => this.abort('timeout'), timeout)
  }

  /** Tells the handler to stop; settles after its end or the grace. A lost lease beats every other reason. */
  abort(kind: AbortKind): void {
    if (this.#over || (this.#aborted !== undefined && (kind !== 'lost' || this.#aborted.kind === 'lost'))) return
    this.#aborted = { kind, reason: this.#reason(kind) }
    this.#controller?.abort(this.#aborted.reason)
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#finish({ ok: false, error: this.#aborted?.reason }), this.#host.grace)
  }

  report(fields: { progress?: unknown; meta?: Readonly<Record<string, unknown>> }): void {
    if (this.#over) return
    const { id, run, claim } = this.job
    const limit = this.#host.payloadLimit
    if ('progress' in fields)
      this.#host.report({ id, run, claim, progress: toJson('progress', fields.progress, limit) ?? 'null' })
    if (fields.meta === undefined) return
    this.#meta = { ...(this.#meta ?? (this.job.meta === null ? {} : JSON.parse(this.job.meta))), ...fields.meta }
    this.#host.report({ id, run, claim, meta: toJson('meta', this.#meta, limit) ?? '{}' })
  }

  #start(): Promise<unknown> {
    try {
      const input = this.#input()
      if (!(input instanceof Promise)) return Promise.resolve(this.#call(input))
      return input.then((parsed) => this.#call(parsed))
    } catch (error) {
      return Promise.reject(error)
    }
  }

  #input(): unknown {
    const { task, job } = this
    const unfit = (error: unknown): never => {
      this.#unfit = true
      throw error
    }
    try {
      const parsed = parseInput(task.name, task.schema, job.input === null ? undefined : JSON.parse(job.input))
      return parsed instanceof Promise ? parsed.catch(unfit) : parsed
    } catch (error) {
      return unfit(error)
    }
  }

  #call(input: unknown): unknown {
    return this.#host.call(this.task, input, new RunContext(this, this.#host), this)
  }

  #reason(kind: AbortKind): Error {
    if (kind === 'cancel') return new CancelledError(this.job.id)
    if (kind === 'lost') return new LeaseLostError(this.job.id)
    if (kind === 'stop') return new StoppedError(this.#host.workerId)
    return new TimeoutError(
      `job ${JSON.stringify(this.job.id)} ran longer than its timeout of ${this.settings.timeout} ms`,
    )
  }

  #finish(ending: Ending): void {
    if (this.#over) return
    this.#over = true
    clearTimeout(this.#timer)
    this.#host.ended(this, this.#outcome(ending))
  }

  #outcome(ending: Ending): Outcome | null {
    const kind = this.#aborted?.kind
    if (kind === undefined && ending.ok) return this.#completed(ending.value)
    if (kind === 'lost') return null
    if (kind === 'cancel') return { ...this.#fence(), kind, keep: this.settings.keep.cancelled }
    if (kind === 'timeout') return this.#failure(this.#aborted?.reason)
    if (ending.ok) return this.#completed(ending.value)
    return kind === 'stop' ? { ...this.#fence(), kind: 'release' } : this.#failure(ending.error)
  }

  #fence(): Fence & { readonly ranFor: number } {
    const { id, run, claim } = this.job
    return { id, run, claim, ranFor: performance.now() - this.startedAt }
  }

  #completed(value: unknown): Outcome {
    const { id, run, claim } = this.job
    let result: string | null
    try {
      result = toJson(() => `task ${JSON.stringify(this.task.name)}: result`, value, this.#host.payloadLimit)
    } catch (error) {
      // Running it again would do its work twice and end here again.
      return this.#fail(error)
    }
    const ranFor = performance.now() - this.startedAt
    return { id, run, claim, ranFor, kind: 'complete', result, keep: this.settings.keep.completed }
  }

  #failure(error: unknown): Outcome {
    if (this.#unfit) return this.#fail(error)
    const { settings, attempt } = this
    const { maxAttempts, postpones } = this.job
    const decision = decide(error, { attempt, maxAttempts: maxAttempts ?? settings.maxAttempts, postpones, settings })
    if (decision.kind === 'postpone') return { ...this.#fence(), ...decision }
    if (decision.kind === 'fail') return this.#fail(decision.error)
    return { ...this.#fence(), kind: 'retry', delay: decision.delay, error: toErrorRecord(decision.error, attempt) }
  }

  #fail(error: unknown): Outcome {
    return {
      ...this.#fence(),
      kind: 'fail',
      error: toErrorRecord(error, this.attempt),
      keep: this.settings.keep.failed,
    }
  }
}
