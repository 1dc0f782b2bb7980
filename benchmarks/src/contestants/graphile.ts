import { Logger, makeWorkerUtils, run, runMigrations, type WorkerUtils } from 'graphile-worker'
import pg from 'pg'
import type { Contestant, Payload, Producer, Runner } from '../contestant'
import { inChunks } from './chunks'
import { pendingBySql } from './pending'

const silent = new Logger(() => () => undefined)
const HOUR = 3_600_000

type AddAll = (jobs: readonly Job[], add: (jobs: readonly Job[]) => Promise<unknown>) => Promise<void>

interface Job {
  readonly identifier: string
  readonly payload: Payload
  readonly runAt?: Date
}

interface Settings {
  readonly concurrentJobs: number
  readonly maxPoolSize: number
  readonly localQueue?: { readonly size: number }
  readonly completeJobBatchDelay?: number
  readonly failJobBatchDelay?: number
}

function graphile(
  name: string,
  about: string,
  settings: Settings,
  addAll: AddAll,
  only?: readonly string[],
): Contestant {
  return {
    name,
    about,
    server: 'postgres',
    kind: 'peer',
    except: ['history'],
    ...(only && { only }),
    install: (url) => runMigrations({ connectionString: url, logger: silent }),
    producer: async (url) =>
      new GraphileProducer(await makeWorkerUtils({ connectionString: url, logger: silent }), addAll),
    runner: (url, handle) => graphileRunner(url, settings, handle),
    pending: (url) => pendingBySql(url, 'exists (select from graphile_worker._private_jobs)'),
  }
}

class GraphileProducer implements Producer {
  constructor(
    private readonly utils: WorkerUtils,
    private readonly addAll: AddAll,
  ) {}

  async one(payload: Payload): Promise<void> {
    await this.utils.addJob('bench', payload)
  }

  many(payloads: readonly Payload[]): Promise<void> {
    return this.add('bench', payloads)
  }

  later(payloads: readonly Payload[]): Promise<void> {
    return this.add('bench', payloads, new Date(Date.now() + HOUR))
  }

  foreign(payloads: readonly Payload[]): Promise<void> {
    return this.add('foreign', payloads)
  }

  async close(): Promise<void> {
    await this.utils.release()
  }

  private add(identifier: string, payloads: readonly Payload[], runAt?: Date): Promise<void> {
    const jobs = payloads.map((payload) => ({ identifier, payload, ...(runAt && { runAt }) }))
    return this.addAll(jobs, (some) => this.utils.addJobs(some))
  }
}

async function graphileRunner(url: string, settings: Settings, handle: (payload: Payload) => void): Promise<Runner> {
  const pgPool = new pg.Pool({ connectionString: url, max: settings.maxPoolSize })
  const complain = (error: Error) => console.error('graphile-worker:', error)
  pgPool.on('error', complain)
  pgPool.on('connect', (client) => client.on('error', complain))
  await pgPool.query('select 1')
  let runner: Awaited<ReturnType<typeof run>> | undefined
  return {
    async start() {
      runner = await run({
        pgPool,
        preset: { worker: { ...settings } },
        logger: silent,
        noHandleSignals: true,
        crontab: '',
        taskList: { bench: async (payload) => handle(payload as Payload) },
      })
    },
    async stop() {
      await runner?.stop()
      await pgPool.end()
    },
  }
}

/** As it comes, but for ten jobs at a time like the others. */
export const graphileDefault = graphile(
  'graphile',
  '10 concurrent jobs, else its defaults; many jobs by one addJobs',
  { concurrentJobs: 10, maxPoolSize: 10 },
  async (jobs, add) => {
    await add(jobs)
  },
  ['bulk', 'single', 'drain', 'wake', 'steady'],
)

/** The settings its performance page reached its best figures with. */
export const graphileTuned = graphile(
  'graphile-tuned',
  'concurrentJobs 24, pool 25, localQueue 500, complete/failJobBatchDelay 0; addJobs by the thousand, two at a time',
  {
    concurrentJobs: 24,
    maxPoolSize: 25,
    localQueue: { size: 500 },
    completeJobBatchDelay: 0,
    failJobBatchDelay: 0,
  },
  inChunks,
)
