import type { JobRecord, LaneRecord, ListFilter, ListPage, QueueRecord, WorkerRecord } from '@jobs-worker/core/store'
import type { Ledger } from './counts/ledger'
import type { Queues } from './counts/queues'
import { Lister } from './list'
import { toRecord } from './model/decode-job'
import type { Connection } from './server/connection'

export class MongoQuery {
  readonly #connection: Connection
  readonly #queues: Queues
  readonly #ledger: Ledger
  readonly #lister: Lister

  constructor(connection: Connection, queues: Queues, ledger: Ledger) {
    this.#connection = connection
    this.#queues = queues
    this.#ledger = ledger
    this.#lister = new Lister(connection)
  }

  async get(id: string): Promise<JobRecord | null> {
    const { run, jobs, clock } = this.#connection
    await clock.fresh()
    const job = await run(() => jobs.findOne({ _id: id, v: { $gte: 0 } }))
    const gone = job === null || (job.expires !== undefined && job.expires.getTime() <= clock.now())
    return gone ? null : toRecord(job)
  }

  async list(filter: ListFilter): Promise<ListPage> {
    await this.#connection.clock.fresh()
    const all = await this.#queues.all()
    return this.#lister.list(
      all.filter(({ _id }) => filter.queue === undefined || filter.queue === _id),
      filter,
    )
  }

  async queues(): Promise<readonly QueueRecord[]> {
    const [queues, sums, running] = await Promise.all([this.#queues.all(), this.#ledger.read(), this.#running()])
    return queues.map(({ _id, paused = false }) => {
      const { ready, ...others } = sums.of(_id)
      const runs = running.get(_id) ?? 0
      return { name: _id, paused, counts: { ...others, queued: Math.max(0, ready - runs), running: runs } }
    })
  }

  async unserved(names: readonly string[]): Promise<readonly LaneRecord[]> {
    const [workers, { queues }] = await Promise.all([this.workers(), this.#queues.look(names)])
    const orphans = [...queues].flatMap(([queue, { lanes = [] }]) =>
      lanes
        .map((lane) => ({ queue, lane }))
        .filter(({ lane }) => !workers.some((one) => one.queues.includes(queue) && one.lanes.includes(lane))),
    )
    const waiting = await Promise.all(orphans.map((lane) => this.#waits(lane)))
    return orphans.filter((_, at) => waiting[at])
  }

  async workers(): Promise<readonly WorkerRecord[]> {
    const { run, workers, clock } = this.#connection
    await clock.fresh()
    const now = clock.now()
    const alive = await run(() => workers.find({ leaseUntil: { $gt: now } }).toArray())
    return alive.map(({ _id, id, host, pid, queues, lanes, beatAt }) => {
      return { id, instance: _id, host, pid, queues, lanes, beatAge: Math.max(0, now - beatAt) }
    })
  }

  /** What runs is counted as it is: it stands in an index of its own, with nothing else but what is reserved. */
  async #running(): Promise<ReadonlyMap<string, number>> {
    const { run, jobs } = this.#connection
    const pipeline = [
      { $match: { 'hold.instance': { $exists: true }, state: 'running' } },
      { $group: { _id: '$queue', count: { $sum: 1 } } },
    ]
    const found = await run(() => jobs.aggregate<{ _id: string; count: number }>(pipeline).toArray())
    return new Map(found.map(({ _id, count }) => [_id, count]))
  }

  async #waits({ queue, lane }: LaneRecord): Promise<boolean> {
    const { run, jobs } = this.#connection
    return (await run(() => jobs.findOne({ queue, lane, state: 'queued' }, { projection: { _id: 1 } }))) !== null
  }
}
