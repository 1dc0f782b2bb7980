import type {
  Exchange,
  ExchangeReply,
  ExtendReply,
  Fence,
  Outcome,
  Registration,
  RequestId,
  WorkerInfo,
} from '@jobs-worker/core/store'
import type { LocksApart } from './apart/locks-apart'
import type { Connection } from './connection'
import type { DueTimes } from './due-times'
import { ExchangeRun, type Surroundings } from './exchange'
import type { ExchangeCalls } from './exchange-call'
import type { Keys } from './keys'
import type { Queues } from './queues'
import { SCRIPTS } from './scripts'
import { encodeFence } from './wire/encode-exchange'
import { encodeMs } from './wire/encode-jobs'
import { idOf, suffixOf } from './wire/ids'
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
    locks: LocksApart | null,
  ) {
    this.#connection = connection
    this.#keys = keys
    this.#queues = queues
    this.#due = due
    this.#around = { calls, queues, writer, locks, enter: (...about) => this.#enter(...about) }
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
    // It is gone for its own process already: what it is handed until it is gone here too goes back.
    const unheard = this.#forget(instance)
    const reader = await this.#connection.run(SCRIPTS.unregister, this.#keys.common, [instance])
    reader.array()
    const handed = await this.#join(
      reader.each(() => reader.text()),
      instance,
      '',
    )
    // What it was handed and does not know of goes back at once.
    const settle = handed.filter(({ claim }) => unheard.has(claim)).flatMap(releases)
    const exchange = { instance, settle, start: [], report: [], claim: null }
    if (settle.length > 0) await new ExchangeRun(this.#around, { client: instance, number: 1 }, exchange).run()
  }

  async exchange(request: RequestId, exchange: Exchange): Promise<ExchangeReply> {
    // Where queues cannot tell, those who can are asked at the same time.
    const asked = this.#connection.whole ? null : this.#outlook(request, exchange)
    asked?.catch(() => {})
    const gathered = await new ExchangeRun(this.#around, request, exchange).run()
    const { changes, crossed, registered, nextDueIn, ...reply } = gathered
    if (registered !== null && nextDueIn !== undefined && !crossed && changes.size === 0) {
      return { ...reply, registered, nextDueIn }
    }
    const around = await (asked ?? this.#outlook(request, exchange))
    const changed = crossed || changes.size > 0
    return {
      ...reply,
      registered: registered ?? around.registered,
      nextDueIn: changed ? (await this.#due.note(changes)).nextDueIn : around.nextDueIn,
      watched: reply.watched || around.watched,
    }
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

  /** Answers the claims of whose jobs the worker had not heard. */
  #forget(instance: string): ReadonlySet<string> {
    this.#served.delete(instance)
    return this.#around.calls.waits.end(instance)
  }

  async #beat(instance: string) {
    const reader = await this.#connection.run(SCRIPTS.beat, this.#keys.common, [instance])
    reader.array()
    const registered = reader.boolean()
    // Who was expelled comes back as another instance.
    if (!registered) this.#forget(instance)
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
  async #join(queues: readonly string[], instance: string, worker: string): Promise<readonly Handed[]> {
    const joined = queues.map(async (queue) => {
      const reader = await this.#connection.run(SCRIPTS.join, this.#keys.queue(queue), [instance, worker])
      reader.array()
      return reader.maybe((): Handed => {
        reader.array()
        const suffix = suffixOf(queue)
        return { claim: reader.text(), ids: reader.each(() => idOf(reader.hex(), suffix)) }
      })
    })
    return (await Promise.all(joined)).filter((handed) => handed !== null)
  }
}

/** What a worker was handed last: see lua/lib/wait.lua. */
interface Handed {
  readonly claim: string
  readonly ids: readonly string[]
}

/** Only what was never run is handed over. */
function releases({ claim, ids }: Handed): Outcome[] {
  return ids.map((id) => ({ id, run: 1, claim, kind: 'release', ranFor: null }))
}
