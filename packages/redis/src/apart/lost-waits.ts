import type { Connection } from '../connection'
import type { Keys } from '../keys'
import type { Queues } from '../queues'
import { SCRIPTS } from '../scripts'
import { STEP } from '../step'
import type { Reader } from '../wire/reader'
import type { LocksApart } from './locks-apart'
import { partyOf, type Turn } from './parties'

/**
 * Jobs that wait in lines which do not know of them: a replica that took its master's place had not heard of them. They are
 * queued again, and stand in line at their places when a claim meets them.
 */
export class LostWaits {
  readonly #connection: Connection
  readonly #keys: Keys
  readonly #queues: Queues
  readonly #locks: LocksApart
  /** The queues that are still to be looked through in this round, and how far the first is. */
  #left: readonly string[] = []
  #from = 0

  constructor(connection: Connection, keys: Keys, queues: Queues, locks: LocksApart) {
    this.#connection = connection
    this.#keys = keys
    this.#queues = queues
    this.#locks = locks
  }

  /** Looks at the next few: of one queue at a time, over and over again. */
  async find(): Promise<void> {
    if (this.#left.length === 0) this.#left = await this.#queues.all()
    const [queue] = this.#left
    if (queue === undefined) return
    const waiting = await this.#blocked(queue)
    this.#from += waiting.length
    if (waiting.length < STEP) {
      this.#from = 0
      this.#left = this.#left.slice(1)
    }
    if (waiting.length > 0) await this.#locks.tell(await this.#lost(waiting))
  }

  async #blocked(queue: string): Promise<readonly Turn[]> {
    const tag = this.#keys.queue(queue)
    const reader = await this.#connection.run(SCRIPTS.blockedJobs, tag, [this.#from, STEP])
    reader.array()
    return reader.each(() => readBlocked(reader, tag, queue))
  }

  async #lost(waiting: readonly Turn[]): Promise<readonly Turn[]> {
    const jobs = waiting.map(({ job }) => job)
    const reader = await this.#connection.run(SCRIPTS.knownWaits, this.#keys.common, jobs)
    reader.array()
    const verdicts = reader.text()
    return waiting.filter((_, at) => verdicts[at] === '0')
  }
}

/** As the turn that it would have next. */
function readBlocked(reader: Reader, tag: string, queue: string): Turn {
  reader.array()
  const [id, place, turns] = [reader.bytes(), reader.text(), reader.number()]
  return { ...partyOf(tag, id, reader.number()), tag, queue, id, place, turns: turns + 1 }
}
