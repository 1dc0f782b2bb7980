import { randomUUID } from 'node:crypto'
import type { EnqueueReply, JobRecord, NewJob, RequestId, Store } from '@jobs-worker/core/store'
import { newJob } from './jobs'

/** A client at the port: numbers its requests. */
export class PortClient {
  readonly store: Store
  readonly #id = randomUUID()
  #number = 0

  constructor(store: Store) {
    this.store = store
  }

  request(): RequestId {
    this.#number++
    return { client: this.#id, number: this.#number }
  }

  send(jobs: readonly NewJob[]): Promise<EnqueueReply> {
    return this.store.enqueue(this.request(), jobs)
  }

  /** Enqueues jobs of one request and answers them as they were sent. */
  async enqueue(...jobs: readonly Partial<NewJob>[]): Promise<NewJob[]> {
    const made = jobs.map((job) => newJob(job))
    await this.send(made)
    return made
  }

  async one(job: Partial<NewJob> = {}): Promise<NewJob> {
    const [made] = await this.enqueue(job)
    return made as NewJob
  }
}

/** The job, which must be there. */
export async function theJob(store: Store, id: string): Promise<JobRecord> {
  const job = await store.get(id)
  if (job === null) throw new Error(`job ${id} is not there`)
  return job
}
