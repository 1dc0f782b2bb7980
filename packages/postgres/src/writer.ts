import {
  type Enqueued,
  type EnqueueReply,
  type NewJob,
  type RequestId,
  StoreUnavailableError,
} from '@jobs-worker/core/store'
import type { Calls } from './calls'
import type { Channel } from './channel'
import type { Param, Row } from './database'
import { encodeJobs } from './encode-jobs'
import { codeOf } from './errors'
import { encodePayload } from './payload'

/** Jobs that become due within this, in ms, wake workers, so that these set their timers. */
const SOON = 60_000

/** The database answers a repeated request for a minute; this is well below, in ms. */
const REMEMBERED = 40_000
const MOST_UNANSWERED = 10_000

const UNIQUE_VIOLATION = '23505'

/** So many sets of lanes are remembered. */
const MOST_LANES = 10_000

export class PostgresWriter {
  readonly #calls: Calls
  readonly #channel: Channel
  readonly #hasRoom: () => boolean
  readonly #lanes = new Set<string>()
  /** Requests whose answer was lost, and when. */
  readonly #unanswered = new Map<string, number>()
  #last: Promise<unknown> = Promise.resolve()

  /** @param hasRoom there is a connection for a call beside a transaction */
  constructor(calls: Calls, channel: Channel, hasRoom: () => boolean) {
    this.#calls = calls
    this.#channel = channel
    this.#hasRoom = hasRoom
  }

  /** Jobs are read before this returns, and calls go to the database one after another, in their order. */
  enqueue(request: RequestId, jobs: readonly NewJob[]): Promise<EnqueueReply> {
    const { params } = toParams(jobs)
    const ids = jobs.map(({ id }) => id)
    const queues = soonDue(jobs)
    const reply = this.#last.then(async () => {
      const wake =
        queues.length > 0 && this.#channel.mayWake() ? encodePayload(['wake', this.#channel.sender, queues]) : null
      const row = await this.#send(request, params, wake)
      this.#channel.woke(queues, wake !== null)
      return toReply(ids, row)
    })
    this.#last = reply.catch(() => {})
    return reply
  }

  async enqueueIn(tx: unknown, jobs: readonly NewJob[]): Promise<EnqueueReply> {
    const { lanes, params } = toParams(jobs)
    const queues = soonDue(jobs)
    await this.#ensure(lanes)
    // Without a sender: this process hears it too, and not before the commit.
    const wake = queues.length === 0 ? null : encodePayload(['wake', '', queues])
    const row = await this.#calls.rowIn(tx, 'enqueue', [null, null, ...params, false, wake])
    return toReply(
      jobs.map(({ id }) => id),
      row,
    )
  }

  async #send(request: RequestId, params: readonly Param[], wake: string | null): Promise<Row> {
    const key = `${request.client} ${request.number}`
    const since = this.#unanswered.get(key)
    const late = since !== undefined && performance.now() - since > REMEMBERED
    try {
      const row = await this.#store(request, params, late, wake)
      this.#unanswered.delete(key)
      return row
    } catch (error) {
      if (error instanceof StoreUnavailableError && since === undefined) this.#note(key)
      throw error
    }
  }

  /** @param late the database may have forgotten this request: jobs that it knows are left out */
  async #store(request: RequestId, params: readonly Param[], late: boolean, wake: string | null): Promise<Row> {
    const call = (again: boolean) =>
      this.#calls.row('enqueue', [request.client, request.number, ...params, again, wake])
    try {
      return await call(late)
    } catch (error) {
      if (codeOf(error) !== UNIQUE_VIOLATION || late) throw error
      return await call(true)
    }
  }

  #note(key: string): void {
    const [oldest] = this.#unanswered.keys()
    if (this.#unanswered.size >= MOST_UNANSWERED && oldest !== undefined) this.#unanswered.delete(oldest)
    this.#unanswered.set(key, performance.now())
  }

  /** A lane's first job made in a long transaction would hold up all others who bring it its first. */
  async #ensure(lanes: string): Promise<void> {
    if (this.#lanes.has(lanes) || !this.#hasRoom()) return
    await this.#calls.row('ensure_lanes', [lanes])
    if (this.#lanes.size >= MOST_LANES) this.#lanes.clear()
    this.#lanes.add(lanes)
  }
}

function toParams(jobs: readonly NewJob[]): { readonly lanes: string; readonly params: readonly Param[] } {
  const { ids, inputs, specs, index, lanes, unique } = encodeJobs(jobs)
  return { lanes, params: [ids, inputs, specs, index, lanes, unique] }
}

/** Queues that have jobs of these due by now or soon. */
export function soonDue(jobs: readonly NewJob[]): string[] {
  const queues = new Set<string>()
  for (const { queue, due } of jobs) if ('at' in due || due.delay <= SOON) queues.add(queue)
  return [...queues]
}

function toReply(ids: readonly string[], row: Row): EnqueueReply {
  return { jobs: toEnqueued(ids, row), watched: row.watched === true }
}

/** What became of the jobs that were sent. */
export function toEnqueued(ids: readonly string[], { answer }: Row): Enqueued[] {
  if (answer === null) return ids.map((id) => ({ id, outcome: 'created' }))
  return String(answer)
    .split(',')
    .map((text) => {
      const [outcome, id] = text.split(' ')
      return { id: id as string, outcome: outcome as Enqueued['outcome'] }
    })
}
