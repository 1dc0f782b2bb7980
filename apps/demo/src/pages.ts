import type { Job, Jobs, ListOptions } from '@jobs-worker/core'

/** All jobs that a filter names, page by page. A page may be empty with more behind it: the cursor tells the end. */
export async function* pages(jobs: Jobs, filter: ListOptions): AsyncGenerator<readonly Job[]> {
  let cursor: string | null | undefined
  while (cursor !== null) {
    const page = await jobs.list(cursor === undefined ? filter : { ...filter, cursor })
    yield page.jobs
    cursor = page.cursor
  }
}
