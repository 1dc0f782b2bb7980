import BeeQueue from 'bee-queue'
import type { Contestant, Payload, Producer, Runner } from '../contestant'
import { inChunks } from './chunks'

const NAME = 'bench'
const HOUR = 3_600_000
const CONCURRENCY = 100

const LEAN = { getEvents: false, sendEvents: false, storeJobs: false, removeOnSuccess: true, isWorker: false }

/** With all that it lets one switch off switched off: it is the leanest of the peers. */
export const beeQueue: Contestant = {
  name: 'bee-queue',
  about: 'concurrency 100, no events, finished jobs removed',
  server: 'redis',
  kind: 'peer',
  except: ['history', 'foreign'],
  async install() {},
  async producer(url): Promise<Producer> {
    const queue = await connect(url)
    const save = (payloads: readonly Payload[], delayed: boolean) =>
      inChunks(payloads, async (chunk) => {
        const jobs = chunk.map((payload) => queue.createJob(payload))
        if (delayed) for (const job of jobs) job.delayUntil(Date.now() + HOUR)
        for (const error of (await queue.saveAll(jobs)).values()) throw error
      })
    return {
      async one(payload) {
        await queue.createJob(payload).save()
      },
      many: (payloads) => save(payloads, false),
      later: (payloads) => save(payloads, true),
      close: () => queue.close(),
    }
  },
  async runner(url, handle): Promise<Runner> {
    const queue = await connect(url, { isWorker: true })
    return {
      async start() {
        queue.process(CONCURRENCY, async ({ data }) => handle(data))
      },
      stop: () => queue.close(),
    }
  },
  async pending(url) {
    const queue = await connect(url)
    return {
      async ask() {
        const { waiting, active } = await queue.checkHealth()
        return waiting + active > 0
      },
      close: () => queue.close(),
    }
  },
}

async function connect(url: string, options: BeeQueue.QueueSettings = {}): Promise<BeeQueue<Payload>> {
  const queue = new BeeQueue<Payload>(NAME, { redis: { url } as BeeQueue.QueueSettings['redis'], ...LEAN, ...options })
  queue.on('error', (error) => console.error('bee-queue:', error))
  return queue.ready()
}
