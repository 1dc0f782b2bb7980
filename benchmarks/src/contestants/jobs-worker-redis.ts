import { redisStore } from '@jobs-worker/redis'
import { jobsWorker } from './ours'
import { pendingByCounts } from './pending'

const home = {
  server: 'redis',
  store: (url: string) => redisStore(url),
  pending: (url: string) => pendingByCounts(redisStore(url)),
} as const

export const oursDefault = jobsWorker('jobs-worker-redis', 'its defaults: finished jobs are kept', home, {})

export const oursKeepNone = jobsWorker('jobs-worker-redis-keep0', 'its defaults, but keep: 0', home, { keep: 0 }, [
  'drain',
])
