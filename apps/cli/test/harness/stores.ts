import { join } from 'node:path'
import { createJobs, type Jobs, type JobsOptions } from '@jobs-worker/core'
import { pgliteStore, postgresStore } from '@jobs-worker/postgres'
import { createDatabase } from '@jobs-worker/test-servers'
import { onTestFinished } from 'vitest'
import { scratch } from './scratch'

/** A store of the test's own, for commands by its URL and for the test itself. */
export interface TestStore {
  readonly url: string
  /** Opens it for as long as `use` takes: the embedded one bears one opening at a time. */
  use<T>(options: Omit<JobsOptions, 'store'>, use: (jobs: Jobs) => Promise<T>): Promise<T>
}

export function embedded(): TestStore {
  const directory = join(scratch(), 'store')
  return { url: `pglite:${directory}`, use: using(() => pgliteStore(directory)) }
}

/** In an empty database on a PostgreSQL server. */
export async function onServer(serverUrl: string): Promise<TestStore> {
  const database = await createDatabase(serverUrl)
  onTestFinished(() => database.drop())
  return { url: database.url, use: using(() => postgresStore(database.url)) }
}

function using(make: () => JobsOptions['store']): TestStore['use'] {
  return async (options, use) => {
    await using jobs = createJobs({ ...options, store: make() })
    return await use(jobs)
  }
}
