import { createPostgresBackend, Queue, Worker } from 'bullmq'
import { bullmq, CONCURRENCY, complain, NAME, type Place } from './bullmq-queue'

const postgres: Place = {
  server: 'postgres',
  queue(url, removeOnComplete) {
    const options = { connection: connect(url), defaultJobOptions: { removeOnComplete } }
    const queue = new Queue(NAME, options, createPostgresBackend)
    return { queue, close: () => queue.close() }
  },
  worker(url, handle) {
    const options = { connection: connect(url), concurrency: CONCURRENCY, autorun: false }
    const worker = new Worker(NAME, async ({ data }) => handle(data), options, createPostgresBackend)
    worker.on('error', complain)
    return { worker, close: async () => undefined }
  },
}

function connect(connectionString: string) {
  return { connectionString, migrate: true }
}

export const bullmqPostgres = bullmq(
  'bullmq-postgres',
  'concurrency 100, else its defaults: finished jobs are kept',
  postgres,
  false,
)
