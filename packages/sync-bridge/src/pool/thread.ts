import type { Request, Single } from '../wire'

/** What the pool knows of one thread. */
export class Thread {
  busy = false
  /** It gets no more requests and is about to end. */
  leaving = false
  lingering = false
  usedAt = performance.now()
  /** The functions whose definition it has. */
  readonly #known = new Set<number>()

  constructor(readonly id: number) {}

  /** The thread gets this request: each function is defined only once. */
  take(request: Request | [ms?: number]): void {
    this.busy = true
    this.usedAt = performance.now()
    for (let i = 1; i < request.length; i++) {
      const call = request[i] as Single
      const fn = call[1]
      const id = typeof fn === 'number' ? fn : fn[0]
      if (this.#known.has(id)) call[1] = id
      else this.#known.add(id)
    }
  }

  /** The request may not have arrived, and its definitions neither. */
  afterFailure(): void {
    this.busy = false
    this.#known.clear()
  }
}
