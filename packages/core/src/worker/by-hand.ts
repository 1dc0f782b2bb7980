import { hasMore } from '../maintenance/duty'
import { NotFoundError } from '../model/errors'
import type { Job } from '../model/job'
import { toJob } from '../store/job-view'
import type { ClaimedJob, Store } from '../store/port'
import type { Dispatcher } from './dispatcher'

/** A job taken by hand, for `process`. */
export interface ClaimedHandle {
  readonly job: Job
}

export interface ByHandParts {
  readonly store: Store
  readonly dispatcher: Dispatcher
  readonly queues: readonly string[]
  lanes(): readonly string[]
  open(): Promise<void>
  register(): Promise<void>
  /** Whether the worker runs, so that somebody looks after what is due later. */
  isRunning(): boolean
}

/** Jobs that are asked for one by one, outside the worker's own rhythm. */
export class ByHand {
  readonly #parts: ByHandParts
  readonly #claimed = new Map<ClaimedHandle, ClaimedJob>()

  constructor(parts: ByHandParts) {
    this.#parts = parts
  }

  /** false: none was due. */
  async processNext(): Promise<boolean> {
    for (;;) {
      const job = await this.#claim(this.#parts.lanes())
      if (job === undefined) return false
      if (await this.#parts.dispatcher.run(job)) return true
    }
  }

  async claimNext(task: string | undefined): Promise<ClaimedHandle | null> {
    const claimed = await this.#claim(task === undefined ? this.#parts.lanes() : [task])
    if (claimed === undefined) return null
    const handle = { job: toJob(claimed) }
    this.#claimed.set(handle, claimed)
    return handle
  }

  async process(claimed: ClaimedHandle): Promise<void> {
    const job = this.#claimed.get(claimed)
    if (job === undefined) throw new NotFoundError('claimed job', String(claimed?.job?.id))
    this.#claimed.delete(claimed)
    await this.#parts.dispatcher.run(job)
  }

  async hasWaiting(): Promise<boolean> {
    const { store, queues, lanes, open } = this.#parts
    await open()
    await this.promoteDue()
    for (const queue of queues) {
      for (const task of lanes()) {
        const page = await store.list({ queue, task, states: ['queued'], limit: 1 })
        if (page.jobs.length > 0) return true
      }
    }
    return false
  }

  /** Nobody else may look after what is due later. */
  async promoteDue(): Promise<void> {
    if (this.#parts.isRunning()) return
    while (hasMore(await this.#parts.store.promote(1_000)));
  }

  /** What was claimed and not processed goes back to its place. */
  giveBack(): void {
    this.#parts.dispatcher.giveBack([...this.#claimed.values()])
    this.#claimed.clear()
  }

  async #claim(lanes: readonly string[]): Promise<ClaimedJob | undefined> {
    await this.#parts.register()
    await this.promoteDue()
    const [job] = await this.#parts.dispatcher.claim(1, lanes)
    return job
  }
}
