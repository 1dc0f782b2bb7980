import { existsSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { InvalidError, JOB_STATES } from '@jobs-worker/core'
import { isWaiting, withJobs } from './jobs'
import { EXTRAS, FILES } from './queues'
import { folderOf } from './stores'

/** Forgets what earlier runs have left in the store. */
export async function forget(url: string): Promise<void> {
  const folder = folderOf(url)
  if (folder !== null) return removeDatabase(folder)
  await withJobs(url, async (jobs) => {
    for (const queue of [FILES, EXTRAS]) {
      await jobs.remove({ queue, states: JOB_STATES })
      if (await isWaiting(jobs, queue)) {
        throw new InvalidError('--fresh', queue, 'a queue whose jobs do not run: let the other demo end first')
      }
    }
  })
}

/** Removes the folder of an embedded database, and no other. */
async function removeDatabase(folder: string): Promise<void> {
  if (!existsSync(folder)) return
  const names = await readdir(folder)
  if (names.length > 0 && !names.includes('PG_VERSION')) {
    throw new InvalidError('--fresh', folder, 'the folder of an embedded database, or an empty one')
  }
  await rm(folder, { recursive: true })
}
