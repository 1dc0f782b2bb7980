import { isUnavailable } from '../model/error-code'
import type { Enqueued, EnqueueReply, NewJob } from '../store/port'

export const MAX_JOBS = 1_000
export const MAX_BYTES = 8 * 1_024 * 1_024

interface Entry {
  readonly job: NewJob
  resolve(enqueued: Enqueued): void
  reject(error: unknown): void
}

/**
 * Lets concurrent single calls share a round trip: sends at once when idle, gathers while one is in flight. No timer: the
 * wait for others is the round trip of those before. (Group commit as databases do it for their log.)
 */
export class GroupCommit {
  readonly #send: (jobs: readonly NewJob[]) => Promise<EnqueueReply>
  #waiting: Entry[] = []
  #flying = false
  #scheduled = false

  constructor(send: (jobs: readonly NewJob[]) => Promise<EnqueueReply>) {
    this.#send = send
  }

  add(job: NewJob): Promise<Enqueued> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ job, resolve, reject })
      if (this.#flying || this.#scheduled) return
      // Not in this very call: those that are made in the same turn come along.
      this.#scheduled = true
      queueMicrotask(() => this.#fly())
    })
  }

  async #fly(): Promise<void> {
    this.#scheduled = false
    this.#flying = true
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, countThatFit(this.#waiting))
      await this.#deliver(batch)
      // The callers just answered often enqueue again at once: let them board.
      await undefined
      await undefined
    }
    this.#flying = false
  }

  async #deliver(batch: readonly Entry[]): Promise<void> {
    try {
      const reply = await this.#send(batch.map((entry) => entry.job))
      for (let i = 0; i < batch.length; i++) (batch[i] as Entry).resolve(reply.jobs[i] as Enqueued)
    } catch (error) {
      // All or none were stored. One that the store refuses must not take strangers with it.
      if (batch.length === 1 || isUnavailable(error)) for (const entry of batch) entry.reject(error)
      else for (const entry of batch) await this.#deliver([entry])
    }
  }
}

function countThatFit(entries: readonly Entry[]): number {
  let bytes = 0
  const most = Math.min(entries.length, MAX_JOBS)
  for (let i = 0; i < most; i++) {
    bytes += sizeOf((entries[i] as Entry).job)
    if (bytes > MAX_BYTES && i > 0) return i
  }
  return most
}

/** About how many bytes a job takes in a request: its input in UTF-16 units, and a share for the rest. */
export function sizeOf(job: { readonly input: string | null }): number {
  return 200 + (job.input?.length ?? 0)
}
