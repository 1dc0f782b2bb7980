import type { Fence } from '@jobs-worker/core/store'
import type { JobDocument } from '../model/documents'

/** A change to a job that was made. */
interface Made {
  readonly before: JobDocument
  readonly after: JobDocument | null
}

/** So many are remembered, twice what the busiest worker holds; beyond, the oldest are read again when they end. */
const MOST = 8_000

/** What only a run needs, and may be large: nothing that is told changes it. */
const NO_PAYLOAD = { input: '', headers: '', settings: '' }

/**
 * Jobs that were claimed by way of this store object, as they were written last: what is told about them is thought out
 * without reading them first. A memory may be wrong, for others change jobs too: a change to a version that is no more does
 * nothing, and then they are read.
 */
export class Hands {
  readonly #jobs = new Map<string, JobDocument>()

  /** Notes changes that were made. What has to do with locks is read: others may wait for it, or have told of it. */
  made(changes: readonly Made[], by: string): void {
    for (const { before, after } of changes) {
      if (after?.hold === undefined || hasLocks(before) || hasLocks(after)) this.#jobs.delete(before._id)
      else this.#keep({ ...after, ...NO_PAYLOAD, v: before.v + 1, by })
    }
  }

  /** The jobs of these fences, where each of them is the one remembered; else null. */
  of(fences: readonly Fence[]): readonly JobDocument[] | null {
    const found = new Set<JobDocument>()
    for (const { id, run, claim } of fences) {
      const job = this.#jobs.get(id)
      if (job === undefined || job.run !== run || job.hold?.claim !== claim) return null
      found.add(job)
    }
    return [...found]
  }

  forget(jobs: readonly JobDocument[]): void {
    for (const { _id } of jobs) this.#jobs.delete(_id)
  }

  #keep(job: JobDocument): void {
    this.#jobs.delete(job._id)
    this.#jobs.set(job._id, job)
    if (this.#jobs.size <= MOST) return
    const [oldest] = this.#jobs.keys()
    this.#jobs.delete(oldest as string)
  }
}

/** It needs some, or its run has some of its own, or just had. */
function hasLocks({ locks, keys, offer }: JobDocument): boolean {
  return locks !== undefined || keys !== undefined || offer !== undefined
}
