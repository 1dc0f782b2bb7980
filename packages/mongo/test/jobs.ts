import { randomUUID } from 'node:crypto'
import { type NewJob, newJobId, type Store, type WorkerInfo } from '@jobs-worker/core/store'

export function newJob(over: Partial<NewJob> = {}): NewJob {
  const { task = 'task', queue = 'default' } = over
  return {
    id: newJobId(queue),
    task,
    queue,
    lane: task,
    priority: 10,
    input: '{}',
    headers: null,
    due: { delay: 0 },
    maxAttempts: 3,
    keep: null,
    settings: null,
    unique: null,
    locks: [],
    schedule: null,
    ...over,
  }
}

export async function send(store: Store, count: number, over: Partial<NewJob> = {}): Promise<readonly NewJob[]> {
  const jobs = Array.from({ length: count }, () => newJob(over))
  await store.enqueue({ client: randomUUID(), number: 1 }, jobs)
  return jobs
}

/** A registered worker, and how it claims. */
export async function worker(store: Store, lanes: readonly string[] = ['task']) {
  const info: WorkerInfo = {
    id: randomUUID(),
    instance: randomUUID(),
    host: 'here',
    pid: process.pid,
    queues: ['default'],
    lanes,
    leaseMs: 60_000,
  }
  await store.register(info)
  let number = 0
  const exchange = (start: number, settle: Parameters<Store['exchange']>[1]['settle'] = []) => {
    number++
    const claim = {
      id: randomUUID(),
      queues: [{ name: 'default', limit: start }],
      lanes,
      start,
      reserve: 0,
      maxBytes: 1 << 24,
    }
    const message = { instance: info.instance, settle, start: [], report: [], claim: start === 0 ? null : claim }
    return store.exchange({ client: info.instance, number }, message)
  }
  return { info, exchange }
}
