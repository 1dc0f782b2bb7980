import type { Locks } from '../locks/locks'
import type { JobsClient, TaskContext } from '../model/client'
import type { Duration } from '../model/duration'
import { PostponeError } from '../model/errors'
import type { Job } from '../model/job'
import type { RunLocks } from '../model/locks'
import { consoleLogger, type Logger } from '../model/logger'
import { toJob } from '../store/job-view'
import type { ClaimedJob } from '../store/port'

interface Source {
  readonly job: ClaimedJob
  readonly attempt: number
  readonly signal: AbortSignal
  report(fields: { progress?: unknown; meta?: Readonly<Record<string, unknown>> }): void
}

interface Surroundings {
  readonly workerId: string
  readonly jobs: JobsClient
  readonly locks: Locks
  readonly log: Logger
}

/** The context of a real run. All of it is made when it is asked for: most handlers ask for little. */
export class RunContext implements TaskContext {
  readonly #source: Source
  readonly #around: Surroundings
  #job: Job | undefined

  constructor(source: Source, around: Surroundings) {
    this.#source = source
    this.#around = around
  }

  get job(): Job {
    const { job, attempt } = this.#source
    // A reserved job's start is on its way to the store: the handler sees what the store will show.
    this.#job ??= toJob({
      ...job,
      state: 'running',
      attempt,
      worker: this.#around.workerId,
      startedAt: job.startedAt ?? Date.now(),
    })
    return this.#job
  }

  get run(): number {
    return this.#source.job.run
  }

  get attempt(): number {
    return this.#source.attempt
  }

  get signal(): AbortSignal {
    return this.#source.signal
  }

  get log(): Logger {
    return this.#around.log
  }

  get jobs(): JobsClient {
    return this.#around.jobs
  }

  get locks(): RunLocks {
    return this.#around.locks.ofRun(this.#source.job, () => this.#source.signal)
  }

  get progress(): TaskContext['progress'] {
    return (value) => this.#source.report({ progress: value })
  }

  get setMeta(): TaskContext['setMeta'] {
    return (meta) => this.#source.report({ meta })
  }

  get postpone(): TaskContext['postpone'] {
    return postpone
  }
}

function postpone(delay?: Duration): never {
  throw new PostponeError(delay)
}

/** What a handler under test reported. */
export interface TestContext extends TaskContext {
  readonly reported: { progress: unknown; meta: Record<string, unknown> }
}

/**
 * A context to call a handler with, without a store: `await task.run(input, testContext())`. Any field can be given;
 * `jobs` must be where the handler uses it.
 */
export function testContext(fields: Partial<TaskContext> = {}): TestContext {
  const reported: TestContext['reported'] = { progress: null, meta: {} }
  const now = new Date()
  return {
    job: {
      id: '00000000-0000-7000-8000-000000000000',
      task: 'test',
      queue: 'default',
      priority: 10,
      state: 'running',
      input: undefined,
      headers: {},
      createdAt: now,
      dueAt: now,
      startedAt: now,
      finishedAt: null,
      worker: 'test',
      run: 1,
      attempt: 1,
      maxAttempts: 3,
      postpones: 0,
      progress: null,
      meta: {},
      result: null,
      errors: [],
      uniqueKey: null,
      locks: [],
      schedule: null,
    },
    run: 1,
    attempt: 1,
    signal: new AbortController().signal,
    log: consoleLogger,
    progress: (value) => {
      reported.progress = value
    },
    setMeta: (meta) => {
      Object.assign(reported.meta, meta)
    },
    postpone,
    get locks(): RunLocks {
      throw new Error('testContext: this handler uses ctx.locks: give it some, testContext({ locks })')
    },
    get jobs(): JobsClient {
      throw new Error('testContext: this handler uses ctx.jobs: give it one, testContext({ jobs })')
    },
    ...fields,
    reported,
  }
}
