import type {
  Exchange,
  ExchangeReply,
  ExtendReply,
  Fence,
  Registration,
  RequestId,
  WorkerInfo,
} from '@jobs-worker/core/store'
import type { Channel } from './channel'
import { isDuplicate } from './errors'
import { nextDueIn } from './exchange/due'
import { ExchangeRun, type Surroundings } from './exchange/exchange'
import type { Connection } from './server/connection'

/** Others may register and leave meanwhile: so often it is tried again. */
const MOST_TRIES = 10

export class MongoClaimer {
  readonly #connection: Connection
  readonly #around: Surroundings
  readonly #channel: Channel

  constructor(around: Surroundings, channel: Channel) {
    this.#connection = around.connection
    this.#around = around
    this.#channel = channel
  }

  async register(
    worker: WorkerInfo,
    evict?: { readonly instance: string; readonly beatAge: number },
  ): Promise<Registration> {
    const { run, workers, clock } = this.#connection
    await clock.fresh()
    for (let attempt = 1; ; attempt++) {
      if (await this.#enter(worker)) return { registered: true }
      const holder = await run(() => workers.findOne({ id: worker.id, _id: { $ne: worker.instance } }))
      if (holder !== null) {
        const { _id: instance, host, pid, beatAt } = holder
        const beatAge = Math.max(0, clock.now() - beatAt)
        const expelled = evict?.instance === instance && beatAge >= evict.beatAge
        if (!expelled || attempt === MOST_TRIES) {
          return { registered: false, holder: { instance, host, pid, beatAge } }
        }
        await run(() => workers.deleteOne({ _id: instance, beatAt }))
      }
    }
  }

  /** false: another instance has the id. */
  async #enter({ instance, id, host, pid, queues, lanes, leaseMs }: WorkerInfo): Promise<boolean> {
    const { run, workers, clock } = this.#connection
    const now = clock.now()
    const info = { id, host, pid, queues, lanes, lease: leaseMs, leaseUntil: now + leaseMs, beatAt: now }
    try {
      await run(() => workers.updateOne({ _id: instance }, { $set: info }, { upsert: true }))
      return true
    } catch (error) {
      if (isDuplicate(error)) return false
      throw error
    }
  }

  async unregister(instance: string): Promise<void> {
    await this.#connection.run(() => this.#connection.workers.deleteOne({ _id: instance }))
  }

  async exchange(request: RequestId, exchange: Exchange): Promise<ExchangeReply> {
    await this.#connection.clock.fresh()
    const { woken, ...reply } = await new ExchangeRun(this.#around, request, exchange).run()
    this.#channel.woke(woken)
    return reply
  }

  async extend(instance: string, leases: readonly Fence[]): Promise<ExtendReply> {
    const { run, jobs, clock } = this.#connection
    await clock.fresh()
    const ids = leases.map(({ id }) => id)
    const projection = { run: 1, 'hold.claim': 1, cancel: 1 }
    const [queues, found, due] = await Promise.all([
      this.#beat(instance),
      ids.length === 0 ? [] : run(() => jobs.find({ _id: { $in: ids } }, { projection }).toArray()),
      nextDueIn(this.#connection),
    ])
    const held = new Map(found.map((job) => [job._id, job]))
    const has = ({ id, run, claim }: Fence) => held.get(id)?.run === run && held.get(id)?.hold?.claim === claim
    const seen = await this.#around.queues.look(queues ?? [])
    return {
      lost: leases.filter((lease) => !has(lease)).map(({ id }) => id),
      cancelled: leases.filter((lease) => has(lease) && held.get(lease.id)?.cancel).map(({ id }) => id),
      paused: (queues ?? []).filter((queue) => seen.queues.get(queue)?.paused),
      nextDueIn: due,
      registered: queues !== null,
      watched: seen.watched,
    }
  }

  /** The queues that it serves; null where it is not registered. */
  async #beat(instance: string): Promise<readonly string[] | null> {
    const { run, workers, clock } = this.#connection
    const now = clock.now()
    // Its lease's length is in its own document.
    const beat = [{ $set: { beatAt: now, leaseUntil: { $add: [now, '$lease'] } } }]
    const worker = await run(() => workers.findOneAndUpdate({ _id: instance }, beat, { projection: { queues: 1 } }))
    return worker?.queues ?? null
  }
}
