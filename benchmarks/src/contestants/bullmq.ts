import { Queue, Worker } from 'bullmq'
import { Redis } from 'ioredis'
import { bullmq, CONCURRENCY, complain, NAME, type Place } from './bullmq-queue'

const redis: Place = {
  server: 'redis',
  queue(url, removeOnComplete) {
    const connection = connect(url)
    const queue = new Queue(NAME, { connection, defaultJobOptions: { removeOnComplete } })
    const close = async () => {
      await queue.close()
      connection.disconnect()
    }
    return { queue, close }
  },
  worker(url, handle) {
    const connection = connect(url)
    const options = { connection, concurrency: CONCURRENCY, autorun: false }
    const worker = new Worker(NAME, async ({ data }) => handle(data), options)
    worker.on('error', complain)
    return { worker, close: async () => connection.disconnect() }
  },
}

function connect(url: string): Redis {
  return new Redis(url, { maxRetriesPerRequest: null })
}

export const bullmqDefault = bullmq(
  'bullmq',
  'concurrency 100, else its defaults: finished jobs are kept',
  redis,
  false,
)

export const bullmqRemove = bullmq('bullmq-remove', 'the same with removeOnComplete', redis, true, ['drain'])
