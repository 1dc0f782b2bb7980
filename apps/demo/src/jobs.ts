import { createJobs, type Jobs } from '@jobs-worker/core'
import { FILES } from './queues'
import { openStore } from './stores'
import { endless } from './tasks/endless'
import { lastOneOut } from './tasks/last-one-out'
import { measureFile } from './tasks/measure-file'
import { shaky } from './tasks/shaky'

const ALIVE = ['scheduled', 'queued', 'blocked', 'running'] as const

/** The tasks of the demo on a store, for as long as `use` takes. */
export async function withJobs<T>(url: string, use: (jobs: Jobs) => Promise<T>): Promise<T> {
  await using jobs = createJobs({ store: await openStore(url), tasks: [measureFile, shaky, endless] })
  jobs.addTask(lastOneOut(() => isWaiting(jobs, FILES)))
  return await use(jobs)
}

/** Whether a job of the queue has not ended. Counts are of one instant; a list may miss what changes its state meanwhile. */
export async function isWaiting(jobs: Jobs, queue: string): Promise<boolean> {
  const counts = (await jobs.counts())[queue]
  return counts !== undefined && ALIVE.some((state) => counts[state] > 0)
}
