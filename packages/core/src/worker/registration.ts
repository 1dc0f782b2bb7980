import { newId } from '../model/id'
import type { Store } from '../store/port'
import { hostName, isGone, liveInstances, pid } from './host'
import { register } from './takeover'

export interface RegistrationParts {
  readonly store: Store
  readonly workerId: string
  readonly queues: readonly string[]
  readonly leaseMs: number
  readonly beatMs: number
  lanes(): readonly string[]
  open(): Promise<void>
  /** There is a new instance. */
  onNew(): void
}

/** A worker's place in the store, under an instance of its own: got at the first need, and anew where it was lost. */
export class WorkerRegistration {
  readonly #parts: RegistrationParts
  #instance = ''
  #registering: Promise<void> | undefined

  constructor(parts: RegistrationParts) {
    this.#parts = parts
  }

  /** Empty while there is none. */
  get instance(): string {
    return this.#instance
  }

  /** Whether it was asked for. */
  get isWanted(): boolean {
    return this.#registering !== undefined
  }

  /**
   * Registers, if that is still to be done.
   * @throws WorkerIdTakenError where a live worker has its id
   */
  register(): Promise<void> {
    this.#registering ??= this.#register().catch((error) => {
      this.#registering = undefined
      throw error
    })
    return this.#registering
  }

  async unregister(): Promise<void> {
    const instance = this.#instance
    this.forget()
    // A store that is gone recovers what we held when our lease runs out.
    if (instance !== '') await this.#parts.store.unregister(instance).catch(() => undefined)
  }

  /** The store has no such instance any more. */
  forget(): void {
    this.#registering = undefined
    liveInstances.delete(this.#instance)
    this.#instance = ''
  }

  async #register(): Promise<void> {
    const { store, workerId, queues, leaseMs, beatMs, lanes, open, onNew } = this.#parts
    await open()
    const instance = newId()
    const info = { id: workerId, instance, host: hostName(), pid, queues, lanes: lanes(), leaseMs }
    await register(info, { store, beatMs, isGone })
    liveInstances.add(instance)
    this.#instance = instance
    onNew()
  }
}
