import type { PromoteReply, RecoverOptions, StepReply } from '@jobs-worker/core/store'
import type { Tending } from './apart/tending'
import type { Channel } from './channel'
import type { Connection } from './connection'
import { type DueChange, type DueTimes, readDueChange } from './due-times'
import type { Keys } from './keys'
import type { Queues } from './queues'
import { SCRIPTS } from './scripts'
import { byStep } from './step'
import { encodeError } from './wire/encode-exchange'
import { encodeMs } from './wire/encode-jobs'

/** Dead workers of one step. */
const DEAD = 20

/** How long a turn waits for a claim, in ms, where `recover` is not told. */
const TURN = 30_000

/** All queues are asked for their next due time this often, in ms: who last changed it may have died before telling. */
const SWEEP_EVERY = 10_000

interface DeadWorker {
  readonly instance: string
  readonly leaseEnd: number
  readonly queues: readonly string[]
}

export class RedisKeeper {
  readonly #connection: Connection
  readonly #keys: Keys
  readonly #queues: Queues
  readonly #due: DueTimes
  readonly #channel: Channel
  readonly #apart: Tending | null
  #sweptAt = Number.NEGATIVE_INFINITY

  /** @param apart null where locks and queues are on one server */
  constructor(
    connection: Connection,
    keys: Keys,
    queues: Queues,
    due: DueTimes,
    channel: Channel,
    apart: Tending | null,
  ) {
    this.#connection = connection
    this.#keys = keys
    this.#queues = queues
    this.#due = due
    this.#channel = channel
    this.#apart = apart
  }

  async recover(options: RecoverOptions): Promise<StepReply> {
    const dead = await this.#dead()
    const holding = new Set<string>()
    let count = 0
    for (const queue of new Set(dead.flatMap(({ queues }) => queues))) {
      const here = dead.filter(({ queues }) => queues.includes(queue)).map(({ instance }) => instance)
      const drained = new Set<string>()
      count += await byStep(options.limit - count, async (most) => {
        const step = await this.#recoverIn(queue, here, options, most)
        for (const instance of step.drained) drained.add(instance)
        return step.count
      })
      for (const instance of here) if (!drained.has(instance)) holding.add(instance)
    }
    const buried = dead.filter(({ instance }) => !holding.has(instance))
    if (buried.length > 0) {
      const pairs = buried.map(({ instance, leaseEnd }) => [instance, leaseEnd])
      await this.#connection.run(SCRIPTS.bury, this.#keys.common, pairs)
    }
    const turn = encodeMs(options.turn ?? TURN)
    if (this.#apart !== null) await this.#apart.tend(turn)
    else await this.#connection.run(SCRIPTS.tendLocks, this.#keys.common, [turn, options.limit])
    return { count, more: holding.size > 0 || dead.length === DEAD }
  }

  async promote(limit: number): Promise<PromoteReply> {
    const changes = new Map<string, DueChange>()
    let count = 0
    for (const queue of await this.#dueQueues()) {
      if (count >= limit) break
      count += await byStep(limit - count, async (most) => {
        const step = await this.#promoteIn(queue, most)
        changes.set(queue, step.change)
        return step.count
      })
    }
    const { nextDueIn } = await this.#due.note(changes)
    return { count, more: nextDueIn === 0, nextDueIn }
  }

  async prune(limit: number): Promise<StepReply> {
    let count = 0
    let more = false
    for (const queue of await this.#queues.all()) {
      const pruned = { more: false }
      count += await byStep(limit - count, async (most) => {
        const reader = await this.#connection.run(SCRIPTS.prune, this.#keys.queue(queue), [most])
        reader.array()
        const handled = reader.number()
        pruned.more = reader.boolean()
        return handled
      })
      more ||= pruned.more
    }
    return { count, more }
  }

  async #dead(): Promise<readonly DeadWorker[]> {
    const reader = await this.#connection.run(SCRIPTS.dead, this.#keys.common, [DEAD])
    reader.array()
    return reader.each(() => {
      reader.array()
      const instance = reader.text()
      const leaseEnd = reader.number()
      return { instance, leaseEnd, queues: reader.each(() => reader.text()) }
    })
  }

  async #recoverIn(queue: string, instances: readonly string[], { error, keep }: RecoverOptions, limit: number) {
    const [text, time] = encodeError(error)
    const wake = this.#channel.wakeFor(queue)
    const reader = await this.#connection.run(SCRIPTS.recover, this.#keys.queue(queue), [
      instances,
      limit,
      text,
      time,
      encodeMs(keep.failed),
      encodeMs(keep.cancelled),
      this.#channel.name,
      wake,
    ])
    reader.array()
    const count = reader.number()
    const drained = new Set(reader.each(() => reader.text()))
    await this.#due.noteAny(queue, readDueChange(reader))
    if (reader.boolean()) this.#channel.woke(queue, wake !== false)
    return { count, drained }
  }

  /** Queues that should have jobs that are due; now and then all of them. */
  async #dueQueues(): Promise<readonly string[]> {
    if (performance.now() - this.#sweptAt > SWEEP_EVERY) {
      this.#sweptAt = performance.now()
      return this.#queues.all()
    }
    return (await this.#due.note([])).dueQueues
  }

  async #promoteIn(queue: string, limit: number): Promise<{ count: number; change: DueChange }> {
    const wake = this.#channel.wakeFor(queue)
    const message = [limit, this.#channel.name, wake]
    const reader = await this.#connection.run(SCRIPTS.promote, this.#keys.queue(queue), message)
    reader.array()
    const count = reader.number()
    const change = readDueChange(reader) as DueChange
    if (reader.boolean()) this.#channel.woke(queue, wake !== false)
    return { count, change }
  }
}
