import { KNOWN_SIZE } from '../../thread/protocol.mjs'
import type { Single, WireFunction } from '../wire'

/** Which functions a thread or process has been told of: each is defined once, then named by its id. */
export class Known {
  readonly #ids = new Set<number>()

  /** What goes with a call for its function. */
  name(fn: Single[2]): Single[2] {
    const id = (fn as WireFunction)[0]
    if (this.#ids.has(id)) return id
    // It keeps so many of those that it was told of last.
    if (this.#ids.size === KNOWN_SIZE) this.#ids.clear()
    this.#ids.add(id)
    return fn
  }

  /** What was sent last may not have arrived. */
  forget(): void {
    this.#ids.clear()
  }
}
