import type { PromoteReply, RecoverOptions, StepReply } from '@jobs-worker/core/store'
import type { Calls } from './calls'
import type { Channel } from './channel'

/** How long a turn waits for a claim, in ms, where `recover` is not told. */
const TURN = 30_000

export class PostgresKeeper {
  readonly #calls: Calls
  readonly #channel: Channel
  readonly #tidy: () => Promise<void>

  /** @param tidy does what a database without autovacuum leaves undone */
  constructor(calls: Calls, channel: Channel, tidy: () => Promise<void>) {
    this.#calls = calls
    this.#channel = channel
    this.#tidy = tidy
  }

  async recover({ limit, error, keep, turn = TURN }: RecoverOptions): Promise<StepReply> {
    const row = await this.#calls.row('recover', [
      limit,
      JSON.stringify(error),
      Math.round(keep.failed),
      Math.round(keep.cancelled),
      Math.round(turn),
      this.#channel.sender,
    ])
    const reply = toStep(row)
    if (reply.count > 0) {
      this.#channel.onRelease()
      this.#channel.emit({ kind: 'wake', queues: null })
    }
    return reply
  }

  async promote(limit: number): Promise<PromoteReply> {
    const row = await this.#calls.row('promote', [limit, this.#channel.sender])
    if (row.queues !== null) this.#channel.emit({ kind: 'wake', queues: row.queues as string[] })
    return { ...toStep(row), nextDueIn: row.next_due === null ? null : Number(row.next_due) }
  }

  async prune(limit: number): Promise<StepReply> {
    const reply = toStep(await this.#calls.row('prune', [limit]))
    if (!reply.more) await this.#tidy()
    return reply
  }
}

function toStep(row: Readonly<Record<string, unknown>>): StepReply {
  return { count: Number(row.count), more: row.more === true }
}
