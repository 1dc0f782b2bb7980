import { PgBoss } from 'pg-boss'
import type { Contestant, Payload, Producer, Runner } from '../contestant'
import { inChunks } from './chunks'
import { pendingBySql } from './pending'

const QUEUE = 'bench'
const FOREIGN = 'foreign'

/**
 * With its listener and burst fetching on: without them a worker fetches once every two seconds, which would measure
 * the polling interval and nothing else. Of the batch sizes 100 to 2,000 and 1 to 8 workers these drained fastest.
 */
export const pgBoss: Contestant = {
  name: 'pg-boss',
  about: 'useListenNotify, notify, batchSize 2000, burstWhenBatchFull, localConcurrency 2',
  server: 'postgres',
  kind: 'peer',
  async install(url) {
    const boss = connect(url)
    await boss.start()
    await boss.createQueue(QUEUE, { notify: true })
    await boss.createQueue(FOREIGN, { notify: true })
    await boss.stop({ graceful: false })
  },
  async producer(url) {
    const boss = connect(url, { supervise: false, schedule: false })
    await boss.start()
    return new PgBossProducer(boss)
  },
  async runner(url, handle): Promise<Runner> {
    const boss = connect(url, { useListenNotify: true })
    await boss.start()
    const options = { batchSize: 2_000, burstWhenBatchFull: true, localConcurrency: 2 }
    return {
      async start() {
        await boss.work<Payload>(QUEUE, options, async (jobs) => {
          for (const job of jobs) handle(job.data)
        })
      },
      stop: () => boss.stop({ graceful: true, timeout: 5_000 }),
    }
  },
  pending: (url) =>
    pendingBySql(url, `exists (select from pgboss.job where name = '${QUEUE}' and state < 'completed')`),
}

class PgBossProducer implements Producer {
  constructor(private readonly boss: PgBoss) {}

  async one(payload: Payload): Promise<void> {
    await this.boss.send(QUEUE, payload)
  }

  many(payloads: readonly Payload[]): Promise<void> {
    return this.insert(QUEUE, payloads)
  }

  later(payloads: readonly Payload[]): Promise<void> {
    return this.insert(QUEUE, payloads, { startAfter: 3600 })
  }

  foreign(payloads: readonly Payload[]): Promise<void> {
    return this.insert(FOREIGN, payloads)
  }

  private insert(queue: string, payloads: readonly Payload[], options: { startAfter?: number } = {}): Promise<void> {
    return inChunks(payloads, (chunk) =>
      this.boss.insert(
        queue,
        chunk.map((data) => ({ data, ...options })),
      ),
    )
  }

  close(): Promise<void> {
    return this.boss.stop({ graceful: false })
  }
}

function connect(
  url: string,
  options: { supervise?: boolean; schedule?: boolean; useListenNotify?: boolean } = {},
): PgBoss {
  const boss = new PgBoss({ connectionString: url, ...options })
  boss.on('error', (error) => console.error('pg-boss:', error))
  return boss
}
