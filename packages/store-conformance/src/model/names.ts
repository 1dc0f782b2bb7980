import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import type { WorkerInfo } from '@jobs-worker/core/store'
import { LOCKS, QUEUES, SCHEDULES, TASKS } from './step'

/** What things are called in one run: a store under test is used for many, one after the other. */
export class Names {
  readonly queues: readonly string[]
  readonly tasks = Array.from({ length: TASKS }, (_, n) => `task-${n}`)
  readonly schedules: readonly string[]
  readonly workers: readonly WorkerInfo[]
  readonly locks: readonly string[]
  readonly client = randomUUID()
  readonly #uuid = randomUUID()

  constructor() {
    this.queues = Array.from({ length: QUEUES }, (_, n) => `${this.#uuid}-${n}`)
    this.schedules = Array.from({ length: SCHEDULES }, (_, n) => `${this.#uuid}-schedule-${n}`)
    this.locks = Array.from({ length: LOCKS }, (_, n) => `${this.#uuid}-lock-${n}`)
    this.workers = [this.#worker('a', this.tasks.slice(0, 2)), this.#worker('a', this.tasks), this.#worker('b', [])]
  }

  queue(n: number): string {
    return this.queues[n] as string
  }

  task(n: number): string {
    return this.tasks[n] as string
  }

  schedule(n: number): string {
    return this.schedules[n] as string
  }

  lock(n: number): string {
    return this.locks[n] as string
  }

  /** One who holds locks by a name. */
  owner(n: number): string {
    return `${this.#uuid}-owner-${n}`
  }

  worker(n: number): WorkerInfo {
    return this.workers[n] as WorkerInfo
  }

  #worker(id: string, lanes: readonly string[]): WorkerInfo {
    return {
      id: `${this.#uuid}-${id}`,
      instance: randomUUID(),
      host: hostname(),
      pid: process.pid,
      queues: this.queues,
      lanes,
      leaseMs: 600_000,
    }
  }
}
