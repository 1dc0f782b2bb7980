import { createJobs, type Jobs } from '@jobs-worker/core'
import { pages } from './pages'
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

/** Whether a job of the queue has not ended. */
export async function isWaiting(jobs: Jobs, queue: string): Promise<boolean> {
  for await (const page of pages(jobs, { queue, states: ALIVE, limit: 1 })) if (page.length > 0) return true
  return false
}
