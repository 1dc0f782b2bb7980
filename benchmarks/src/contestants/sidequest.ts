import { Sidequest, type SidequestConfig } from 'sidequest'
import type { Contestant, Payload, Pending, Producer, Runner, ServerKind } from '../contestant'
import { oneByOne } from './chunks'
import { BenchJob, setHandle } from './sidequest-job'

const HOUR = 3_600_000
const CONCURRENCY = 100

interface Place {
  readonly server: ServerKind
  /** Of its package. */
  readonly driver: string
  pending(url: string): Promise<Pending>
}

/** Sidequest on one of its databases, in this process and thread: otherwise its jobs could not be counted here. */
export function sidequest(name: string, { server, driver, pending }: Place): Contestant {
  const config = (url: string): SidequestConfig =>
    ({
      backend: { driver, config: url },
      queues: [{ name: 'default', concurrency: CONCURRENCY }],
      maxConcurrentJobs: CONCURRENCY,
      jobPollingInterval: 10,
      fork: false,
      runner: 'inline',
      gracefulShutdown: false,
      dashboard: { enabled: false },
      logger: { level: 'error' },
    }) as SidequestConfig
  return {
    name,
    about: 'concurrency 100, polls every 10 ms, in process and inline; many jobs by 50 calls at a time',
    server,
    kind: 'peer',
    // Enqueueing the jobs of the others alone takes it minutes.
    only: ['single', 'wake', 'gentle', 'backlog-10k'],
    except: ['steady'],
    async install(url) {
      await Sidequest.configure(config(url))
      await Sidequest.stop()
    },
    async producer(url): Promise<Producer> {
      await Sidequest.configure({ ...config(url), skipMigration: true })
      const add = (payload: Payload) => Sidequest.build(BenchJob).enqueue(payload)
      const addLater = (payload: Payload) =>
        Sidequest.build(BenchJob)
          .availableAt(new Date(Date.now() + HOUR))
          .enqueue(payload)
      return {
        async one(payload) {
          await add(payload)
        },
        many: (payloads) => oneByOne(payloads, add),
        later: (payloads) => oneByOne(payloads, addLater),
        close: () => Sidequest.stop(),
      }
    },
    async runner(url, handle): Promise<Runner> {
      setHandle(handle)
      return {
        start: () => Sidequest.start({ ...config(url), skipMigration: true }),
        stop: () => Sidequest.stop(),
      }
    },
    pending,
  }
}
