import type { Catalog } from '../model/catalog'
import { codeOf, isUnavailable } from '../model/error-code'
import { LeaseExpiredError } from '../model/errors'
import type { Logger } from '../model/logger'
import { toErrorRecord } from '../store/error-record'
import type { Store } from '../store/port'
import { Duty, hasMore } from './duty'

const STEP = 1_000
const RECOVER_EVERY = 3_000
const PRUNE_EVERY = 15_000
/** A timer's longest wait; longer ones are armed again. */
const FAR = 60_000
const HELD = 50

/** The background duties of a process with workers: each is idempotent, so any number of processes may do them. */
export class Upkeep {
  readonly #store: Store
  readonly #recover: Duty
  readonly #prune: Duty
  readonly #promote: Duty
  #users = 0
  #dueTimer: ReturnType<typeof setTimeout> | undefined
  #dueAt = Number.POSITIVE_INFINITY

  constructor(store: Store, catalog: Catalog, log: Logger) {
    this.#store = store
    const onError = (what: string) => (error: unknown) => {
      const passing = isUnavailable(error) || codeOf(error) === 'JOBS_STORE_CLOSED'
      if (!passing) log.error(`${what}: ${(error as Error)?.message}`)
    }
    this.#recover = new Duty(
      RECOVER_EVERY,
      () => this.#recoverStep(catalog),
      onError('recovering jobs of dead workers'),
    )
    this.#prune = new Duty(PRUNE_EVERY, () => store.prune(STEP), onError('pruning finished jobs'))
    this.#promote = new Duty(null, () => this.#promoteStep(), onError('promoting scheduled jobs'))
  }

  start(): void {
    if (this.#users++ > 0) return
    this.#recover.start()
    this.#prune.start()
    this.#promote.start()
  }

  async stop(): Promise<void> {
    if (this.#users === 0 || --this.#users > 0) return
    clearTimeout(this.#dueTimer)
    this.#dueAt = Number.POSITIVE_INFINITY
    await Promise.all([this.#recover.stop(), this.#prune.stop(), this.#promote.stop()])
  }

  /** The store said when the next scheduled job is due: promotes then. */
  dueIn(ms: number | null): void {
    if (ms === null || this.#users === 0) return
    const at = performance.now() + ms
    if (at >= this.#dueAt) return
    clearTimeout(this.#dueTimer)
    this.#dueAt = at
    this.#dueTimer = setTimeout(() => this.#onDue(), Math.min(ms, FAR))
  }

  /** Promotes what is due now. */
  promote(): Promise<void> {
    return this.#promote.now()
  }

  #onDue(): void {
    this.#dueAt = Number.POSITIVE_INFINITY
    void this.#promote.now()
  }

  #recoverStep(catalog: Catalog) {
    const { failed, cancelled } = catalog.settings(undefined, 'default').keep
    return this.#store.recover({
      limit: STEP,
      error: toErrorRecord(new LeaseExpiredError(), 0),
      keep: { failed, cancelled },
    })
  }

  async #promoteStep() {
    const reply = await this.#store.promote(STEP)
    // Where there is more, the next step follows at once; what is due but held by somebody is looked at again soon.
    if (!hasMore(reply)) this.dueIn(reply.nextDueIn === null ? null : Math.max(reply.nextDueIn, reply.more ? HELD : 0))
    return reply
  }
}
