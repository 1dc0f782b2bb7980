import { redisStore } from '@jobs-worker/redis'
import type { Pending } from '../contestant'
import { jobsWorker } from './ours'

const home = { server: 'redis', store: (url: string) => redisStore(url), pending } as const

export const oursDefault = jobsWorker('jobs-worker-redis', 'its defaults: finished jobs are kept', home, {})

export const oursKeepNone = jobsWorker('jobs-worker-redis-keep0', 'its defaults, but keep: 0', home, { keep: 0 }, [
  'drain',
])

async function pending(url: string): Promise<Pending> {
  const store = redisStore(url)
  await store.open()
  return {
    async ask() {
      const queues = await store.queues()
      return queues.some(({ counts }) => counts.queued + counts.running > 0)
    },
    close: () => store.close(),
  }
}
