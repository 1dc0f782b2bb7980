import { Queue, Worker } from 'groupmq'
import { Redis } from 'ioredis'
import type { Contestant, Payload, Producer, Runner } from '../contestant'
import { inChunks } from './chunks'

const NAME = 'bench'
const HOUR = 3_600_000
const CONCURRENCY = 100
/** Jobs of one group never run at once: enough of them that this hinders nobody. */
const GROUPS = 1_000

export const groupmq: Contestant = {
  name: 'groupmq',
  about: 'concurrency 100, 1,000 groups, finished jobs removed; autoBatch for many jobs',
  server: 'redis',
  kind: 'peer',
  except: ['history', 'foreign'],
  async install() {},
  async producer(url): Promise<Producer> {
    const { redis, queue } = connect(url)
    const batching = connect(url, { autoBatch: { size: 500, maxWaitMs: 1 } })
    const add = (payloads: readonly Payload[], delay?: number) =>
      inChunks(payloads, (chunk) => Promise.all(chunk.map((data) => batching.queue.add(jobOf(data, delay)))))
    return {
      async one(payload) {
        await queue.add(jobOf(payload))
      },
      many: (payloads) => add(payloads),
      later: (payloads) => add(payloads, HOUR),
      async close() {
        await queue.close()
        await batching.queue.close()
        redis.disconnect()
        batching.redis.disconnect()
      },
    }
  },
  async runner(url, handle): Promise<Runner> {
    const { redis, queue } = connect(url)
    const worker = new Worker<Payload>({
      queue,
      concurrency: CONCURRENCY,
      handler: async ({ data }) => handle(data),
    })
    worker.on('error', (error) => console.error('groupmq:', error))
    return {
      async start() {
        void worker.run()
      },
      async stop() {
        await worker.close()
        redis.disconnect()
      },
    }
  },
  async pending(url) {
    const { redis, queue } = connect(url)
    return {
      async ask() {
        const { waiting, active } = await queue.getJobCounts()
        return waiting + active > 0
      },
      async close() {
        redis.disconnect()
      },
    }
  },
}

function jobOf(data: Payload, delay?: number) {
  return { groupId: `g${data.n % GROUPS}`, data, ...(delay !== undefined && { delay }) }
}

function connect(url: string, options: { autoBatch?: { size: number; maxWaitMs: number } } = {}) {
  const redis = new Redis(url, { maxRetriesPerRequest: null })
  const queue = new Queue<Payload>({ redis, namespace: NAME, keepCompleted: 0, ...options })
  return { redis, queue }
}
