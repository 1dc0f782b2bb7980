import { isUnavailable } from '../model/error-code'
import type { Logger } from '../model/logger'
import type { ExtendReply, Fence, Store } from '../store/port'

export interface LeaseOptions {
  readonly store: Store
  readonly log: Logger
  readonly beatMs: number
  readonly leaseMs: number
  instance(): string
  leases(): readonly Fence[]
  onBeat(reply: ExtendReply, instance: string): void
  /** No beat has got through for a whole lease: others may have the jobs. */
  onSilence(): void
}

/** The worker's heartbeat: one for all its jobs. */
export class Lease {
  readonly #options: LeaseOptions
  #timer: ReturnType<typeof setInterval> | undefined
  #beating: Promise<void> | undefined
  #lastHeard = performance.now()
  #silent = false

  constructor(options: LeaseOptions) {
    this.#options = options
  }

  /** @param holdsProcess whether the timer keeps the process alive */
  start(holdsProcess: boolean): void {
    this.#lastHeard = performance.now()
    this.#timer ??= setInterval(() => void this.beat(), this.#options.beatMs)
    if (!holdsProcess) (this.#timer as { unref?: () => void }).unref?.()
    else (this.#timer as { ref?: () => void }).ref?.()
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    this.#timer = undefined
    await this.#beating
  }

  /** Whether the lease is ours, as far as this process can know. */
  get lives(): boolean {
    return performance.now() - this.#lastHeard < this.#options.leaseMs
  }

  beat(): Promise<void> {
    this.#beating ??= this.#beat().finally(() => {
      this.#beating = undefined
    })
    return this.#beating
  }

  async #beat(): Promise<void> {
    const { store, log, instance, leases, onBeat, onSilence } = this.#options
    const sent = performance.now()
    const mine = instance()
    if (mine === '') return
    try {
      const reply = await store.extend(mine, leases())
      // The lease counts from when the store wrote it, which was not before we asked.
      this.#lastHeard = sent
      this.#silent = false
      onBeat(reply, mine)
    } catch (error) {
      if (!isUnavailable(error)) log.error(`heartbeat: ${(error as Error)?.message}`)
      if (this.lives || this.#silent) return
      this.#silent = true
      onSilence()
    }
  }
}
