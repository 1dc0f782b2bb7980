import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import type {
  Claim,
  ClaimedJob,
  Exchange,
  ExchangeReply,
  ExtendReply,
  Fence,
  Outcome,
  Registration,
  Report,
  RequestId,
  Start,
  Store,
  WorkerInfo,
} from '@jobs-worker/core/store'
import { fence } from './outcomes'

export interface WorkerSettings {
  readonly id?: string
  readonly queues?: readonly string[]
  readonly lanes?: readonly string[]
  readonly leaseMs?: number
  readonly host?: string
}

/** How many of which queues and lanes; the worker's own queues, without a limit of theirs, unless told. */
export interface Wanted {
  readonly start?: number
  readonly reserve?: number
  /** Default: none. */
  readonly reserveLocked?: number
  readonly queues?: readonly { readonly name: string; readonly limit: number }[]
  readonly lanes?: readonly string[]
  readonly maxBytes?: number
}

/** A worker at the port: the requests of one, and nothing that happens by itself. */
export class PortWorker {
  readonly store: Store
  readonly info: WorkerInfo
  #number = 0

  constructor(store: Store, settings: WorkerSettings = {}) {
    this.store = store
    this.info = {
      id: settings.id ?? `worker-${randomUUID().slice(0, 8)}`,
      instance: randomUUID(),
      host: settings.host ?? hostname(),
      pid: process.pid,
      queues: settings.queues ?? ['default'],
      lanes: settings.lanes ?? ['task'],
      leaseMs: settings.leaseMs ?? 30_000,
    }
  }

  get instance(): string {
    return this.info.instance
  }

  register(evict?: { instance: string; beatAge: number }): Promise<Registration> {
    return this.store.register(this.info, evict)
  }

  unregister(): Promise<void> {
    return this.store.unregister(this.instance)
  }

  request(): RequestId {
    this.#number++
    return { client: this.instance, number: this.#number }
  }

  wanted({ start = 1, reserve = 0, reserveLocked = 0, queues, lanes, maxBytes = 1 << 20 }: Wanted = {}): Claim {
    return {
      id: randomUUID(),
      queues: queues ?? this.info.queues.map((name) => ({ name, limit: start + reserve })),
      lanes: lanes ?? this.info.lanes,
      start,
      reserve,
      reserveLocked,
      maxBytes,
    }
  }

  /** What one exchange sends; empty unless told. */
  message(parts: Partial<Omit<Exchange, 'instance'>> = {}): Exchange {
    return { instance: this.instance, settle: [], start: [], report: [], claim: null, ...parts }
  }

  exchange(parts: Partial<Omit<Exchange, 'instance'>>): Promise<ExchangeReply> {
    return this.store.exchange(this.request(), this.message(parts))
  }

  async claim(wanted: Wanted = {}): Promise<readonly ClaimedJob[]> {
    return (await this.exchange({ claim: this.wanted(wanted) })).claimed
  }

  /** Claims one job, which must be there, as started. */
  async claimOne(wanted: Omit<Wanted, 'start' | 'reserve'> = {}): Promise<ClaimedJob> {
    const [job] = await this.claim({ ...wanted, start: 1 })
    if (job === undefined) throw new Error('nothing to claim')
    return job
  }

  /** Claims whatever there is, in order, until nothing comes. */
  async claimAll(wanted: Wanted = { start: 100 }): Promise<readonly ClaimedJob[]> {
    const all: ClaimedJob[] = []
    for (;;) {
      const reply = await this.exchange({ claim: this.wanted(wanted) })
      all.push(...reply.claimed)
      if (reply.claimed.length === 0 && !reply.more) return all
    }
  }

  async settle(...outcomes: readonly Outcome[]): Promise<readonly boolean[]> {
    return (await this.exchange({ settle: outcomes })).settled
  }

  async start(job: Fence, more: Partial<Start> = {}): Promise<boolean> {
    const reply = await this.exchange({ start: [{ ...fence(job), ago: 0, ...more }] })
    return reply.started[0] as boolean
  }

  async report(job: Fence, report: Omit<Report, keyof Fence>): Promise<boolean> {
    const reply = await this.exchange({ report: [{ ...fence(job), ...report }] })
    return reply.reported[0] as boolean
  }

  beat(...leases: readonly Fence[]): Promise<ExtendReply> {
    return this.store.extend(this.instance, leases.map(fence))
  }
}
