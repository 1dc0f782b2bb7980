import type { EnqueuedJob, Jobs } from '@jobs-worker/core'
import { readResults } from './results'
import { endless } from './tasks/endless'
import { type FileVersion, measureFile } from './tasks/measure-file'
import { shaky } from './tasks/shaky'

/** Big files go first: left for the end, the last of them would be waited for alone. */
export const BIG = 1_048_576
export const BIG_PRIORITY = 1

/** What this run of the demo asked for. */
export interface Batch {
  /** Files that an earlier run on this store has measured, unchanged since. */
  readonly before: number
  /** Files that waited already: an earlier run was interrupted. */
  readonly waiting: number
  readonly files: readonly EnqueuedJob[]
  readonly extras: Extras
}

export interface Extras {
  readonly shaky: EnqueuedJob
  readonly endless: EnqueuedJob
  /** Three calls for one and the same job. */
  readonly lastOneOut: readonly EnqueuedJob[]
}

/** Enqueues a job for every file that the store has no result of, and the extras. */
export async function fill(jobs: Jobs, files: readonly FileVersion[]): Promise<Batch> {
  const { completed } = await readResults(jobs, files)
  const missing = files.filter((file) => !completed.has(file.path))
  const enqueued = [
    ...(await jobs.enqueueMany(measureFile, missing.filter(isBig), { priority: BIG_PRIORITY })),
    ...(await jobs.enqueueMany(
      measureFile,
      missing.filter((file) => !isBig(file)),
    )),
  ]
  return {
    before: completed.size,
    waiting: enqueued.filter((job) => job.deduplicated).length,
    files: enqueued,
    extras: await addExtras(jobs),
  }
}

async function addExtras(jobs: Jobs): Promise<Extras> {
  return {
    shaky: await jobs.enqueue(shaky),
    endless: await jobs.enqueue(endless),
    // By name: the one who enqueues need not have the task.
    lastOneOut: await Promise.all(['a', 'b', 'c'].map(() => jobs.enqueue('last-one-out'))),
  }
}

const isBig = (file: FileVersion) => file.bytes >= BIG
