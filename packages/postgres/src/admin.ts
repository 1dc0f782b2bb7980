import type { AdminVerdict, Keep } from '@jobs-worker/core/store'
import type { Calls } from './calls'
import type { Channel } from './channel'
import { uuidOrNil } from './text'

type Operation = 'cancel' | 'retry' | 'make_due' | 'remove'

export class PostgresAdmin {
  readonly #calls: Calls
  readonly #channel: Channel

  constructor(calls: Calls, channel: Channel) {
    this.#calls = calls
    this.#channel = channel
  }

  async cancel(ids: readonly string[], keep: Keep): Promise<readonly AdminVerdict[]> {
    return this.#tell(await this.#administer('cancel', ids, Math.round(keep.cancelled)))
  }

  async retry(ids: readonly string[]): Promise<readonly AdminVerdict[]> {
    return this.#wake(await this.#administer('retry', ids))
  }

  async makeDue(ids: readonly string[]): Promise<readonly AdminVerdict[]> {
    return this.#wake(await this.#administer('make_due', ids))
  }

  async remove(ids: readonly string[]): Promise<readonly AdminVerdict[]> {
    return this.#tell(await this.#administer('remove', ids))
  }

  async pause(queue: string): Promise<void> {
    await this.#calls.row('set_paused', [queue, true])
    await this.#channel.send(['paused', this.#channel.sender, queue])
  }

  async resume(queue: string): Promise<void> {
    await this.#calls.row('set_paused', [queue, false])
    await this.#channel.send(['resumed', this.#channel.sender, queue])
  }

  async #administer(operation: Operation, ids: readonly string[], stay = 0): Promise<AdminVerdict[]> {
    if (ids.length === 0) return []
    const row = await this.#calls.row('administer', [operation, ids.map(uuidOrNil).join(','), stay])
    const verdicts = String(row.verdicts).split(',') as (AdminVerdict | 'busy')[]
    const busy = ids.filter((_, at) => verdicts[at] === 'busy')
    if (busy.length === 0) return verdicts as AdminVerdict[]
    const later = await this.#administer(operation, busy, stay)
    return verdicts.map((verdict) => (verdict === 'busy' ? (later.shift() as AdminVerdict) : verdict))
  }

  async #tell(verdicts: readonly AdminVerdict[]): Promise<readonly AdminVerdict[]> {
    if (verdicts.includes('requested')) await this.#channel.send(['cancel', this.#channel.sender])
    return verdicts
  }

  async #wake(verdicts: readonly AdminVerdict[]): Promise<readonly AdminVerdict[]> {
    if (verdicts.includes('done')) await this.#channel.send(['wake', this.#channel.sender, null])
    return verdicts
  }
}
