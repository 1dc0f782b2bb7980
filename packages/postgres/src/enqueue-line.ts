import { type RequestId, StoreUnavailableError } from '@jobs-worker/core/store'
import type { Calls } from './calls'
import type { Channel } from './channel'
import type { Param, Row } from './database'
import { codeOf } from './errors'

/** The database answers a repeated request for a minute; this is well below, in ms. */
const REMEMBERED = 40_000
const MOST_UNANSWERED = 10_000

const UNIQUE_VIOLATION = '23505'

/** So many requests share a transaction, and so many characters: of what is larger the commit is the smaller part. */
const MOST_TOGETHER = 4
const MOST_CHARACTERS = 4 * 1_024 * 1_024

/** A request's jobs as "enqueue" takes them. */
export interface EnqueueRequest {
  readonly request: RequestId
  readonly params: readonly Param[]
  /** Keys are locked in one order within a request only, so that such a one travels alone. */
  readonly unique: boolean
  /** To be woken. */
  readonly queues: readonly string[]
}

interface Entry extends EnqueueRequest {
  resolve(row: Row): void
  reject(error: unknown): void
}

/**
 * Requests go to the database one transaction after another, in their order. Those that come while one is on its way go
 * together in the next: they share the round trip and the wait for the commit.
 */
export class EnqueueLine {
  readonly #calls: Calls
  readonly #channel: Channel
  readonly #waiting: Entry[] = []
  #flying = false
  /** Requests whose answer was lost, and when. */
  readonly #unanswered = new Map<string, number>()

  constructor(calls: Calls, channel: Channel) {
    this.#calls = calls
    this.#channel = channel
  }

  send(request: EnqueueRequest): Promise<Row> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ ...request, resolve, reject })
      if (!this.#flying) void this.#fly()
    })
  }

  async #fly(): Promise<void> {
    this.#flying = true
    while (this.#waiting.length > 0) await this.#deliver(this.#waiting.splice(0, countThatFit(this.#waiting)))
    this.#flying = false
  }

  async #deliver(entries: readonly Entry[]): Promise<void> {
    const queues = [...new Set(entries.flatMap((entry) => entry.queues))]
    const wake = queues.length > 0 && this.#channel.mayWake() ? this.#channel.wakeUp(queues) : null
    try {
      const rows = await this.#store(entries, wake)
      this.#channel.woke(queues, wake !== null)
      for (const [i, entry] of entries.entries()) {
        this.#unanswered.delete(keyOf(entry))
        entry.resolve(rows[i] as Row)
      }
    } catch (error) {
      const lost = error instanceof StoreUnavailableError
      // All or none were stored. One that the database refuses must not take others with it.
      if (entries.length > 1 && !lost) for (const entry of entries) await this.#deliver([entry])
      else for (const entry of entries) this.#fail(entry, error, lost)
    }
  }

  async #store(entries: readonly Entry[], wake: string | null): Promise<readonly Row[]> {
    const late = entries.some((entry) => this.#isLate(entry))
    const call = (again: boolean) =>
      this.#calls.together(
        'enqueue',
        // Each tells all, for one that was stored before tells nothing; of equal ones PostgreSQL delivers one.
        entries.map(({ request, params }) => [request.client, request.number, ...params, again, wake]),
      )
    try {
      return await call(late)
    } catch (error) {
      if (codeOf(error) !== UNIQUE_VIOLATION || late) throw error
      return await call(true)
    }
  }

  /** The database may have forgotten this request: jobs that it knows are left out. */
  #isLate(entry: Entry): boolean {
    const since = this.#unanswered.get(keyOf(entry))
    return since !== undefined && performance.now() - since > REMEMBERED
  }

  #fail(entry: Entry, error: unknown, lost: boolean): void {
    const key = keyOf(entry)
    if (lost && !this.#unanswered.has(key)) {
      const [oldest] = this.#unanswered.keys()
      if (this.#unanswered.size >= MOST_UNANSWERED && oldest !== undefined) this.#unanswered.delete(oldest)
      this.#unanswered.set(key, performance.now())
    }
    entry.reject(error)
  }
}

function keyOf({ request }: Entry): string {
  return `${request.client} ${request.number}`
}

function countThatFit(entries: readonly Entry[]): number {
  const most = Math.min(entries.length, MOST_TOGETHER)
  let size = 0
  for (let i = 0; i < most; i++) {
    const { params, unique } = entries[i] as Entry
    size += params.reduce<number>((sum, param) => sum + (typeof param === 'string' ? param.length : 0), 0)
    if (i > 0 && (unique || size > MOST_CHARACTERS)) return i
    if (unique) return 1
  }
  return most
}
