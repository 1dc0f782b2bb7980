import { createJobs, defineTask, type JobsOptions } from '@jobs-worker/core'
import { postgresStore } from '@jobs-worker/postgres'
import type { Contestant, Payload } from '../contestant'
import { pendingBySql } from './pending'

type Settings = Pick<JobsOptions, 'keep'>

function jobsWorker(name: string, about: string, settings: Settings, only?: readonly string[]): Contestant {
  const open = (url: string, handle: (payload: Payload) => void) => {
    const task = defineTask({ name: 'bench', run: async (payload: Payload) => handle(payload) })
    return { task, jobs: createJobs({ store: postgresStore(url), tasks: [task], ...settings }) }
  }
  const nobody = () => undefined

  return {
    name,
    about,
    server: 'postgres',
    kind: 'ours',
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
    pending: (url) => pendingBySql(url, 'exists (select from jobs_worker.jobs)'),
  }
}

export const oursDefault = jobsWorker('jobs-worker', 'its defaults: finished jobs are kept', {})

export const oursKeepNone = jobsWorker('jobs-worker-keep0', 'its defaults, but keep: 0', { keep: 0 }, ['drain'])
