import { createJobs, defineTask, type JobsOptions, type Store } from '@jobs-worker/core'
import type { Contestant, Payload, Pending, ServerKind } from '../contestant'

/** jobs-worker on one of its stores. */
interface Home {
  readonly server: ServerKind
  store(url: string): Store
  pending(url: string): Promise<Pending>
}

type Settings = Pick<JobsOptions, 'keep'>

export function jobsWorker(
  name: string,
  about: string,
  { server, store, pending }: Home,
  settings: Settings,
  only?: readonly string[],
): Contestant {
  const open = (url: string, handle: (payload: Payload) => unknown) => {
    const task = defineTask({ name: 'bench', run: async (payload: Payload) => handle(payload) })
    return { task, jobs: createJobs({ store: store(url), tasks: [task], ...settings }) }
  }
  const nobody = () => undefined

  return {
    name,
    about,
    server,
    kind: 'ours',
    results: true,
    ...(only && { only }),
    async install(url) {
      const { jobs } = open(url, nobody)
      await jobs.open()
      await jobs.close()
    },
    async producer(url) {
      const { jobs, task } = open(url, nobody)
      await jobs.open()
      return {
        async one(payload) {
          await jobs.enqueue(task, payload)
        },
        async many(payloads) {
          await jobs.enqueueMany(task, payloads)
        },
        async later(payloads) {
          await jobs.enqueueMany(task, payloads, { delay: '1h' })
        },
        async foreign(payloads) {
          await jobs.enqueueMany('foreign', payloads)
        },
        close: () => jobs.close(),
      }
    },
    async runner(url, handle) {
      const { jobs } = open(url, handle)
      await jobs.open()
      const worker = jobs.worker()
      return { start: () => worker.start(), stop: () => jobs.close() }
    },
    pending,
  }
}
