import type { JobRecord, LaneRecord, ListFilter, ListPage, QueueRecord, WorkerRecord } from '@jobs-worker/core/store'
import type { Connection } from './connection'
import type { Keys } from './keys'
import { Lister } from './list'
import type { Queues } from './queues'
import { SCRIPTS } from './scripts'
import { readRecord } from './wire/decode-job'
import { idToBytes, suffixOf } from './wire/ids'

export class RedisQuery {
  readonly #connection: Connection
  readonly #keys: Keys
  readonly #queues: Queues
  readonly #lister: Lister

  constructor(connection: Connection, keys: Keys, queues: Queues) {
    this.#connection = connection
    this.#keys = keys
    this.#queues = queues
    this.#lister = new Lister(connection, keys)
  }

  async get(id: string): Promise<JobRecord | null> {
    for (const queue of await this.#queues.of(id)) {
      const reader = await this.#connection.run(SCRIPTS.get, this.#keys.queue(queue), [idToBytes(id)])
      reader.array()
      const job = reader.maybe(() => readRecord(reader, queue, suffixOf(queue)))
      if (job !== null) return job
    }
    return null
  }

  async list(filter: ListFilter): Promise<ListPage> {
    const queues = filter.queue === undefined ? await this.#queues.all() : [filter.queue]
    return this.#lister.list(queues, filter)
  }

  async queues(): Promise<readonly QueueRecord[]> {
    const names = [...(await this.#queues.all())].sort((a, b) => (a < b ? -1 : 1))
    return Promise.all(names.map((name) => this.#count(name)))
  }

  async unserved(queues: readonly string[]): Promise<readonly LaneRecord[]> {
    const [workers, waiting] = await Promise.all([
      this.workers(),
      Promise.all(queues.map((queue) => this.#waiting(queue))),
    ])
    const served = ({ queue, lane }: LaneRecord) =>
      workers.some((worker) => worker.queues.includes(queue) && worker.lanes.includes(lane))
    return waiting.flat().filter((lane) => !served(lane))
  }

  async workers(): Promise<readonly WorkerRecord[]> {
    const reader = await this.#connection.run(SCRIPTS.workers, this.#keys.common, [])
    const text = () => reader.text()
    reader.array()
    return reader.each((): WorkerRecord => {
      reader.array()
      const instance = reader.text()
      reader.array()
      const [id, host, pid] = [reader.text(), reader.text(), reader.number()]
      const [queues, lanes] = [reader.each(text), reader.each(text)]
      reader.number()
      return { id, instance, host, pid, queues, lanes, beatAge: reader.number() }
    })
  }

  async #count(name: string): Promise<QueueRecord> {
    const reader = await this.#connection.run(SCRIPTS.counts, this.#keys.queue(name), [])
    const number = () => reader.number()
    reader.array()
    const paused = reader.boolean()
    const counts = { scheduled: number(), queued: number(), blocked: number(), running: number() }
    return { name, paused, counts: { ...counts, completed: number(), failed: number(), cancelled: number() } }
  }

  async #waiting(queue: string): Promise<readonly LaneRecord[]> {
    const reader = await this.#connection.run(SCRIPTS.waiting, this.#keys.queue(queue), [])
    reader.array()
    return reader.each(() => ({ queue, lane: reader.text() }))
  }
}
