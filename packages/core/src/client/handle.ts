import type { EnqueuedJob, ResultOptions } from '../model/client'
import { parseDuration } from '../model/duration'
import type { Enqueued, NewJob } from '../store/port'
import type { Results } from './results'

/** A job that was just enqueued. */
export class JobHandle<Result = unknown> implements EnqueuedJob<Result> {
  readonly id: string
  readonly task: string
  readonly queue: string
  readonly deduplicated: boolean
  readonly #results: Results

  constructor(enqueued: Enqueued, job: NewJob, results: Results) {
    this.id = enqueued.id
    this.task = job.task
    this.queue = job.queue
    this.deduplicated = enqueued.outcome !== 'created'
    this.#results = results
  }

  async result(options: ResultOptions = {}): Promise<Result> {
    const timeout = options.timeout === undefined ? null : parseDuration('timeout', options.timeout)
    return (await this.#results.wait(this.id, timeout, true, options.signal)) as Result
  }
}
