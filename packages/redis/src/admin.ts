import type { AdminVerdict, Keep } from '@jobs-worker/core/store'
import type { Channel } from './channel'
import type { Connection } from './connection'
import { type DueTimes, readDueChange } from './due-times'
import type { Keys } from './keys'
import type { Queues } from './queues'
import { SCRIPTS, type Script } from './scripts'
import { inSteps } from './step'
import { encodeMs } from './wire/encode-jobs'
import { idToBytes } from './wire/ids'

const VERDICTS: Readonly<Record<string, AdminVerdict>> = {
  d: 'done',
  r: 'requested',
  u: 'unchanged',
  c: 'conflict',
  '-': 'unknown',
}

export class RedisAdmin {
  readonly #connection: Connection
  readonly #keys: Keys
  readonly #queues: Queues
  readonly #due: DueTimes
  readonly #channel: Channel

  constructor(connection: Connection, keys: Keys, queues: Queues, due: DueTimes, channel: Channel) {
    this.#connection = connection
    this.#keys = keys
    this.#queues = queues
    this.#due = due
    this.#channel = channel
  }

  async cancel(ids: readonly string[], keep: Keep): Promise<readonly AdminVerdict[]> {
    return this.#tell(await this.#administer(SCRIPTS.cancel, ids, encodeMs(keep.cancelled)))
  }

  retry(ids: readonly string[]): Promise<readonly AdminVerdict[]> {
    return this.#administer(SCRIPTS.retry, ids)
  }

  makeDue(ids: readonly string[]): Promise<readonly AdminVerdict[]> {
    return this.#administer(SCRIPTS.makeDue, ids)
  }

  async remove(ids: readonly string[]): Promise<readonly AdminVerdict[]> {
    return this.#tell(await this.#administer(SCRIPTS.remove, ids))
  }

  async pause(queue: string): Promise<void> {
    await this.#setPaused(queue, true)
    await this.#channel.send(['paused', this.#channel.sender, queue])
  }

  async resume(queue: string): Promise<void> {
    await this.#setPaused(queue, false)
    await this.#channel.send(['resumed', this.#channel.sender, queue])
  }

  async #setPaused(queue: string, paused: boolean): Promise<void> {
    await this.#queues.note(queue)
    await this.#connection.run(SCRIPTS.pause, this.#keys.queue(queue), [paused])
  }

  async #administer(script: Script, ids: readonly string[], keep = 0): Promise<readonly AdminVerdict[]> {
    const verdicts: AdminVerdict[] = ids.map(() => 'unknown')
    const groups = await this.#queues.group(ids.map((id) => ({ id })))
    const steps = [...groups].map(async ([queue, group]) => {
      for (const step of inSteps(group)) {
        const letters = await this.#step(
          script,
          queue,
          step.map(([{ id }]) => idToBytes(id)),
          keep,
        )
        for (const [at, [, place]] of step.entries()) {
          const verdict = VERDICTS[letters[at] as string] as AdminVerdict
          if (verdict !== 'unknown') verdicts[place] = verdict
        }
      }
    })
    await Promise.all(steps)
    return verdicts
  }

  async #step(script: Script, queue: string, ids: readonly Buffer[], keep: number): Promise<string> {
    const wake = this.#channel.wakeFor(queue)
    const message = [ids, this.#channel.name, wake, keep]
    const reader = await this.#connection.run(script, this.#keys.queue(queue), message)
    reader.array()
    const letters = reader.text()
    await this.#due.noteAny(queue, readDueChange(reader))
    if (reader.boolean()) this.#channel.woke(queue, wake !== false)
    return letters
  }

  /** Tells workers where one of them is to stop a job. */
  async #tell(verdicts: readonly AdminVerdict[]): Promise<readonly AdminVerdict[]> {
    if (verdicts.includes('requested')) await this.#channel.send(['cancel', this.#channel.sender])
    return verdicts
  }
}
