import { Queue, Worker } from 'bullmq'
import { Redis } from 'ioredis'
import type { Contestant, Payload, Producer, Runner } from '../contestant'
import { inChunks } from './chunks'

const NAME = 'bench'
const HOUR = 3_600_000
const CONCURRENCY = 100

function bullmq(name: string, about: string, removeOnComplete: boolean, only?: readonly string[]): Contestant {
  const connect = (url: string) => {
    const connection = new Redis(url, { maxRetriesPerRequest: null })
    const queue = new Queue<Payload>(NAME, { connection, defaultJobOptions: { removeOnComplete } })
    const close = async () => {
      await queue.close()
      connection.disconnect()
    }
    return { connection, queue, close }
  }
  return {
    name,
    about,
    server: 'redis',
    kind: 'peer',
    // A worker takes every job of its queue, whatever its name.
    except: ['foreign'],
    ...(only && { only }),
    async install() {},
    async producer(url): Promise<Producer> {
      const { queue, close } = connect(url)
      await queue.waitUntilReady()
      const add = (payloads: readonly Payload[], delay: number) =>
        inChunks(payloads, (chunk) => queue.addBulk(chunk.map((data) => ({ name: NAME, data, opts: { delay } }))))
      return {
        async one(payload) {
          await queue.add(NAME, payload)
        },
        many: (payloads) => add(payloads, 0),
        later: (payloads) => add(payloads, HOUR),
        close,
      }
    },
    async runner(url, handle): Promise<Runner> {
      const { connection, close } = connect(url)
      const options = { connection, concurrency: CONCURRENCY, autorun: false }
      const worker = new Worker<Payload>(NAME, async ({ data }) => handle(data), options)
      worker.on('error', (error) => console.error('bullmq:', error))
      await worker.waitUntilReady()
      return {
        async start() {
          void worker.run()
        },
        async stop() {
          await worker.close()
          await close()
        },
      }
    },
    async pending(url) {
      const { queue, close } = connect(url)
      return {
        async ask() {
          const { wait = 0, active = 0 } = await queue.getJobCounts('wait', 'active')
          return wait + active > 0
        },
        close,
      }
    },
  }
}

export const bullmqDefault = bullmq('bullmq', 'concurrency 100, else its defaults: finished jobs are kept', false)

export const bullmqRemove = bullmq('bullmq-remove', 'the same with removeOnComplete', true, ['drain'])
