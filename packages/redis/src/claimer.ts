import type {
  Exchange,
  ExchangeReply,
  ExtendReply,
  Fence,
  Registration,
  RequestId,
  WorkerInfo,
} from '@jobs-worker/core/store'
import type { Connection } from './connection'
import type { DueTimes } from './due-times'
import { ExchangeRun, type Surroundings } from './exchange'
import type { ExchangeCalls } from './exchange-call'
import type { Keys } from './keys'
import type { Queues } from './queues'
import { SCRIPTS } from './scripts'
import { encodeFence } from './wire/encode-exchange'
import { encodeMs } from './wire/encode-jobs'
import type { RedisWriter } from './writer'

export class RedisClaimer {
  readonly #connection: Connection
  readonly #keys: Keys
  readonly #queues: Queues
  readonly #due: DueTimes
  readonly #around: Surroundings
  /** The queues of the workers that this process registered, by instance. */
  readonly #served = new Map<string, readonly string[]>()

  constructor(
    connection: Connection,
    keys: Keys,
    queues: Queues,
    due: DueTimes,
    calls: ExchangeCalls,
    writer: RedisWriter,
  ) {
    this.#connection = connection
    this.#keys = keys
    this.#queues = queues
    this.#due = due
    this.#around = { calls, queues, writer, enter: (...about) => this.#enter(...about) }
  }

  async register(
    worker: WorkerInfo,
    evict?: { readonly instance: string; readonly beatAge: number },
  ): Promise<Registration> {
    const { instance, id, host, pid, queues, lanes } = worker
    const reader = await this.#connection.run(SCRIPTS.register, this.#keys.common, [
      instance,
      [id, host, pid, queues, lanes, encodeMs(worker.leaseMs)],
      evict?.instance ?? false,
      evict?.beatAge ?? 0,
    ])
    reader.array()
    const holder = reader.maybe(() => reader.text())
    if (holder !== null) {
      const rest = { host: reader.text(), pid: reader.number(), beatAge: reader.number() }
      return { registered: false, holder: { instance: holder, ...rest } }
    }
    const left = reader.each(() => reader.text())
    if (evict !== undefined) await this.#join(left, evict.instance, '')
    await this.#join(queues, instance, id)
    this.#served.set(instance, queues)
    return { registered: true }
  }

  async unregister(instance: string): Promise<void> {
    this.#served.delete(instance)
    const reader = await this.#connection.run(SCRIPTS.unregister, this.#keys.common, [instance])
    reader.array()
    await this.#join(
      reader.each(() => reader.text()),
      instance,
      '',
    )
  }

  async exchange(request: RequestId, exchange: Exchange): Promise<ExchangeReply> {
    // At once: where the exchange changes when the next job is due, noting that tells.
    const [{ changes, crossed, registered, watched, ...reply }, around] = await Promise.all([
      new ExchangeRun(this.#around, request, exchange).run(),
      this.#outlook(request, exchange),
    ])
    const changed = crossed || changes.size > 0
    const nextDueIn = changed ? (await this.#due.note(changes)).nextDueIn : around.nextDueIn
    return { ...reply, nextDueIn, registered: registered ?? around.registered, watched: watched || around.watched }
  }

  async extend(instance: string, leases: readonly Fence[]): Promise<ExtendReply> {
    const beat = this.#beat(instance)
    // Where a queue cannot be asked nobody comes to wait for it: its failure must not end the process.
    beat.catch(() => {})
    const served = this.#served.get(instance) ?? (await beat).queues
    const groups = await this.#queues.group(leases)
    const held = leases.map(() => false)
    const cancelled = leases.map(() => false)
    const paused = new Set<string>()
    const checks = [...new Set([...served, ...groups.keys()])].map(async (queue) => {
      const group = groups.get(queue) ?? []
      const fences = group.map(([lease]) => encodeFence(lease))
      const reader = await this.#connection.run(SCRIPTS.check, this.#keys.queue(queue), [fences])
      reader.array()
      const verdicts = reader.text()
      if (reader.boolean()) paused.add(queue)
      for (const [at, [, place]] of group.entries()) {
        if (verdicts[at] !== '1') held[place] = true
        if (verdicts[at] === '2') cancelled[place] = true
      }
    })
    await Promise.all(checks)
    const { registered, nextDueIn, watched } = await beat
    return {
      lost: leases.filter((_, place) => !held[place]).map(({ id }) => id),
      cancelled: leases.filter((_, place) => cancelled[place]).map(({ id }) => id),
      paused: registered ? served.filter((queue) => paused.has(queue)) : [],
      nextDueIn,
      registered,
      watched,
    }
  }

  async #beat(instance: string) {
    const reader = await this.#connection.run(SCRIPTS.beat, this.#keys.common, [instance])
    reader.array()
    const registered = reader.boolean()
    const queues = reader.each(() => reader.text())
    return { registered, queues, nextDueIn: reader.maybe(() => reader.number()), watched: reader.boolean() }
  }

  async #outlook({ client, number }: RequestId, { instance, claim }: Exchange) {
    // Where jobs are claimed their queue tells whether the worker is registered.
    const who = claim === null || claim.queues.length === 0 ? [instance, client, number] : []
    const reader = await this.#connection.run(SCRIPTS.outlook, this.#keys.common, who)
    reader.array()
    return {
      registered: reader.boolean(),
      nextDueIn: reader.maybe(() => reader.number()),
      watched: reader.boolean(),
    }
  }

  async #enter(instance: string, queue: string, { client, number }: RequestId): Promise<string | null> {
    const message = [instance, queue, client, number]
    const reader = await this.#connection.run(SCRIPTS.enter, this.#keys.common, message)
    reader.array()
    return reader.maybe(() => reader.text())
  }

  /** @param worker its id; '': it claims no more */
  async #join(queues: readonly string[], instance: string, worker: string): Promise<void> {
    await Promise.all(
      queues.map((queue) => this.#connection.run(SCRIPTS.join, this.#keys.queue(queue), [instance, worker])),
    )
  }
}
