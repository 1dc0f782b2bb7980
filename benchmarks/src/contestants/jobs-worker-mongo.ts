import { mongoStore } from '@jobs-worker/mongo'
import { jobsWorker } from './ours'
import { pendingByCounts } from './pending'

const home = {
  server: 'mongo',
  store: (url: string) => mongoStore(url),
  pending: (url: string) => pendingByCounts(mongoStore(url)),
} as const

export const oursDefault = jobsWorker('jobs-worker-mongo', 'its defaults: finished jobs are kept', home, {})

export const oursKeepNone = jobsWorker('jobs-worker-mongo-keep0', 'its defaults, but keep: 0', home, { keep: 0 }, [
  'drain',
])
