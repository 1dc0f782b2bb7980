import { postgresStore } from '@jobs-worker/postgres'
import type { Pending } from '../contestant'
import { jobsWorker } from './ours'
import { pendingBySql } from './pending'

const home = {
  server: 'postgres',
  store: (url: string) => postgresStore(url),
  pending: (url: string): Promise<Pending> => pendingBySql(url, 'exists (select from jobs_worker.jobs)'),
} as const

export const oursDefault = jobsWorker('jobs-worker', 'its defaults: finished jobs are kept', home, {})

export const oursKeepNone = jobsWorker('jobs-worker-keep0', 'its defaults, but keep: 0', home, { keep: 0 }, ['drain'])
