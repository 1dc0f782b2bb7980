import { randomUUID } from 'node:crypto'
import {
  type Claim,
  type Exchange,
  type NewJob,
  newJobId,
  type RequestId,
  type WorkerInfo,
} from '@jobs-worker/core/store'

const client = randomUUID()
let requests = 0

export function request(): RequestId {
  requests++
  return { client, number: requests }
}

export function newJob(over: Partial<NewJob> = {}): NewJob {
  return {
    id: newJobId(over.queue ?? 'default'),
    task: 'task',
    queue: 'default',
    lane: over.task ?? 'task',
    priority: 10,
    input: '{"n":1}',
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

export function workerInfo(over: Partial<WorkerInfo> = {}): WorkerInfo {
  const instance = randomUUID()
  return {
    id: instance,
    instance,
    host: 'here',
    pid: 1,
    queues: ['default'],
    lanes: ['task'],
    leaseMs: 60_000,
    ...over,
  }
}

export function claim(over: Partial<Claim> = {}): Claim {
  return {
    id: randomUUID(),
    queues: [{ name: 'default', limit: 1_000 }],
    lanes: ['task'],
    start: 1_000,
    reserve: 0,
    maxBytes: 1 << 23,
    ...over,
  }
}

export function exchange(instance: string, over: Partial<Exchange> = {}): Exchange {
  return { instance, settle: [], start: [], report: [], claim: null, ...over }
}
