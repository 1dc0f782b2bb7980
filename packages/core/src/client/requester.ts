import { isUnavailable } from '../model/error-code'
import { newId } from '../model/id'
import type { RequestId } from '../store/port'

const FIRST_WAIT = 50
const LONGEST_WAIT = 2_000

/** Numbers requests, and sends one again, under its number, for as long as its answer was lost. */
export class Requester {
  readonly client = newId()
  #number = 0

  next(): RequestId {
    return { client: this.client, number: ++this.#number }
  }

  /**
   * @param keepTrying asked after each failure whether to go on; receives how long it has been, in ms
   * @throws what `send` threw last
   */
  async send<T>(
    send: (request: RequestId) => Promise<T>,
    keepTrying: (elapsed: number, error: unknown) => boolean,
    request = this.next(),
  ): Promise<T> {
    const begun = performance.now()
    for (let wait = FIRST_WAIT; ; wait = Math.min(wait * 2, LONGEST_WAIT)) {
      try {
        return await send(request)
      } catch (error) {
        if (!isUnavailable(error) || !keepTrying(performance.now() - begun, error)) throw error
        await new Promise((resolve) => setTimeout(resolve, wait * (0.75 + Math.random() / 2)))
      }
    }
  }
}
