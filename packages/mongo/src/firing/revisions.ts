import type { Connection } from '../server/connection'

/** The document among the meta ones that numbers the revisions of all schedules. */
const REVISIONS = 'revisions'

/** Numbers that are drawn together. */
interface Draw {
  count: number
  readonly first: Promise<number>
}

/**
 * Revisions, above all that were ever given when they were asked for, also to schedules that are gone. All draw from one
 * document, which lets one write in at a time: this process makes one at a time too, for all who asked meanwhile.
 */
export class Revisions {
  readonly #connection: Connection
  #last: Promise<unknown> = Promise.resolve()
  #gathering: Draw | null = null

  constructor(connection: Connection) {
    this.#connection = connection
  }

  async next(): Promise<number> {
    this.#gathering ??= this.#gather()
    const { first, count } = this.#gathering
    this.#gathering.count++
    return (await first) + count
  }

  #gather(): Draw {
    const first = this.#last.then(() => {
      this.#gathering = null
      return this.#draw(draw.count)
    })
    const draw: Draw = { count: 0, first }
    this.#last = first.catch(() => undefined)
    return draw
  }

  async #draw(count: number): Promise<number> {
    const { meta } = this.#connection
    const options = { upsert: true, returnDocument: 'after' } as const
    const counted = await this.#connection.upsert(() =>
      meta.findOneAndUpdate({ _id: REVISIONS }, { $inc: { revision: count } }, options),
    )
    return (counted?.revision as number) - count + 1
  }
}
