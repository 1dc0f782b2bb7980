import type { Catalog } from '../model/catalog'
import { CancelledError, JobFailedError, NotFoundError, ResultNotKeptError, TimeoutError } from '../model/errors'
import { isFinal } from '../model/job'
import type { Events } from '../observe/events'
import { revive } from '../store/error-record'
import type { JobRecord, Store } from '../store/port'

const LOOK_EVERY = 1_000

/** At the latest a second from now: hundreds who began to wait together must not go on to look together. */
function nextLook(): number {
  return LOOK_EVERY * (0.5 + Math.random() / 2)
}

interface Waiter {
  look(): void
}

/** Waits for jobs to end, in whatever process they run: an event wakes the wait, a look each second is the net. */
export class Results {
  readonly #store: Store
  readonly #events: Events
  readonly #catalog: Catalog
  readonly #waiters = new Map<string, Set<Waiter>>()
  #waiting = 0
  #off: (() => void)[] = []

  constructor(store: Store, events: Events, catalog: Catalog) {
    this.#store = store
    this.#events = events
    this.#catalog = catalog
  }

  /**
   * The result of a job once it has completed.
   * @param made the caller made this job: it is known to have been there
   * @throws JobFailedError, CancelledError, ResultNotKeptError, NotFoundError, TimeoutError
   */
  async wait(id: string, timeout: number | null, made: boolean, signal?: AbortSignal): Promise<unknown> {
    // Before the first look, so that no end can fall between the two.
    this.#listen()
    try {
      return await this.#look(id, timeout, made, signal)
    } finally {
      this.#unlisten()
    }
  }

  async #look(id: string, timeout: number | null, made: boolean, signal: AbortSignal | undefined): Promise<unknown> {
    let seen = made
    const deadline = timeout === null ? null : performance.now() + timeout
    for (;;) {
      signal?.throwIfAborted()
      const woken = this.#wake(id, deadline, signal)
      try {
        const record = await this.#store.get(id)
        if (record === null) throw seen ? new ResultNotKeptError(id) : new NotFoundError('job', id)
        if (isFinal(record.state)) return ended(record)
        seen = true
        this.#refuseUnkept(record)
        if (deadline !== null && performance.now() >= deadline) {
          throw new TimeoutError(`job ${JSON.stringify(id)} has not ended within ${timeout} ms; it is ${record.state}`)
        }
        await woken.promise
      } finally {
        woken.end()
      }
    }
  }

  /** Listens for as long as somebody waits, so that nobody publishes for nobody. */
  #listen(): void {
    if (this.#waiting++ > 0) return
    const look = (event: { readonly id: string }) => {
      for (const waiter of this.#waiters.get(event.id) ?? []) waiter.look()
    }
    this.#off = (['completed', 'failed', 'cancelled'] as const).map((type) => this.#events.on(type, look))
    // Until events of other processes are heard, the looks find the end.
    this.#events.listen().catch(() => undefined)
  }

  #unlisten(): void {
    if (--this.#waiting > 0) return
    for (const off of this.#off) off()
  }

  #wake(id: string, deadline: number | null, signal: AbortSignal | undefined): { promise: Promise<void>; end(): void } {
    let look: () => void = () => {}
    const promise = new Promise<void>((resolve) => {
      look = resolve
    })
    const waiter: Waiter = { look }
    const waiters = this.#waiters.get(id) ?? new Set()
    this.#waiters.set(id, waiters.add(waiter))
    const left = deadline === null ? nextLook() : Math.max(0, Math.min(nextLook(), deadline - performance.now()))
    const timer = setTimeout(look, left)
    signal?.addEventListener('abort', look, { once: true })
    return {
      promise,
      end: () => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', look)
        waiters.delete(waiter)
        if (waiters.size === 0 && this.#waiters.get(id) === waiters) this.#waiters.delete(id)
      },
    }
  }

  #refuseUnkept(record: JobRecord): void {
    const task = this.#catalog.task(record.task)
    const keep = record.settings?.keep?.completed ?? record.keep?.completed
    const completed =
      keep ?? (task === undefined ? undefined : this.#catalog.settings(task, record.queue).keep.completed)
    if (completed === 0) throw new ResultNotKeptError(record.id)
  }
}

function ended(record: JobRecord): unknown {
  if (record.state === 'completed') return record.result === null ? undefined : JSON.parse(record.result)
  if (record.state === 'cancelled') throw new CancelledError(record.id)
  const last = record.errors.at(-1)
  const cause = last === undefined ? undefined : revive(last)
  throw new JobFailedError(record.id, cause?.message ?? 'without an error', cause === undefined ? undefined : { cause })
}
