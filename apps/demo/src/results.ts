import type { Job, Jobs } from '@jobs-worker/core'
import type { Measurement } from './measure'
import { pages } from './pages'
import { type FileVersion, measureFile } from './tasks/measure-file'

export type FileJob = Job<FileVersion, Measurement>

/** What the store holds about some files. */
export interface Results {
  /** By path: the job that has completed. */
  readonly completed: ReadonlyMap<string, FileJob>
  /** By path: the job that has failed, where none has completed. */
  readonly failed: ReadonlyMap<string, FileJob>
  /** Paths for which more than one job has completed. */
  readonly repeated: readonly string[]
}

/** Reads what became of these files, as they are now, from the store. */
export async function readResults(jobs: Jobs, files: readonly FileVersion[]): Promise<Results> {
  const wanted = new Set(files.map(versionOf))
  const completed = new Map<string, FileJob>()
  const failed = new Map<string, FileJob>()
  const repeated: string[] = []
  for await (const page of pages(jobs, { task: measureFile.name, states: ['completed', 'failed'], limit: 1_000 })) {
    for (const job of page as readonly FileJob[]) {
      const { path } = job.input
      if (!wanted.has(versionOf(job.input))) continue
      if (job.state === 'failed') failed.set(path, job)
      else if (completed.has(path)) repeated.push(path)
      else completed.set(path, job)
    }
  }
  for (const path of completed.keys()) failed.delete(path)
  return { completed, failed, repeated }
}

const versionOf = ({ path, bytes, changedAt }: FileVersion) => `${path}\n${bytes}\n${changedAt}`
