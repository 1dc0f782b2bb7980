import {
  type Enqueued,
  type EnqueueReply,
  type NewJob,
  type RequestId,
  TransactionsUnsupportedError,
} from '@jobs-worker/core/store'
import type { Channel } from './channel'
import type { Connection } from './connection'
import { type DueTimes, readDueChange } from './due-times'
import { groupBy } from './group-by'
import type { Keys } from './keys'
import type { Queues } from './queues'
import { SCRIPTS } from './scripts'
import { encodeJobs } from './wire/encode-jobs'
import { idOf, suffixOf } from './wire/ids'

export class RedisWriter {
  readonly #connection: Connection
  readonly #keys: Keys
  readonly #queues: Queues
  readonly #due: DueTimes
  readonly #channel: Channel
  #sent: Promise<unknown> = Promise.resolve()
  /** Calls that wait for their turn. */
  #waiting = 0

  constructor(connection: Connection, keys: Keys, queues: Queues, due: DueTimes, channel: Channel) {
    this.#connection = connection
    this.#keys = keys
    this.#queues = queues
    this.#due = due
    this.#channel = channel
  }

  /** Calls go to Redis in their order; the next one does not wait until the one before is answered. */
  enqueue(request: RequestId, jobs: readonly NewJob[]): Promise<EnqueueReply> {
    const names = new Set<string>()
    for (const { queue } of jobs) names.add(queue)
    const unknown = [...names].filter((name) => !this.#queues.isNoted(name))
    if (unknown.length === 0 && this.#waiting === 0) return this.send(request, '', jobs)
    const noted = Promise.all(unknown.map((name) => this.#queues.note(name)))
    const turn = Promise.allSettled([this.#sent, noted])
    this.#sent = turn
    this.#waiting++
    return turn.then(() => {
      this.#waiting--
      return this.send(request, '', jobs)
    })
  }

  async enqueueIn(): Promise<EnqueueReply> {
    throw new TransactionsUnsupportedError('redis')
  }

  /**
   * Stores each queue's jobs in one step.
   * @param part tells several such steps of one request apart
   */
  async send(request: RequestId, part: string, jobs: readonly NewJob[]): Promise<EnqueueReply> {
    const answers: Enqueued[] = jobs.map(({ id }) => ({ id, outcome: 'created' }))
    const [first] = jobs
    if (first !== undefined && jobs.every(({ queue }) => queue === first.queue)) {
      const { exceptions, watched } = await this.#sendTo(first.queue, request, part, jobs)
      for (const [at, answer] of exceptions) answers[at] = answer
      return { jobs: answers, watched }
    }
    const groups = groupBy(jobs.entries(), ([, job]) => job.queue)
    let watched = false
    const sent = [...groups].map(async ([queue, group]) => {
      const own = group.map(([, job]) => job)
      const reply = await this.#sendTo(queue, request, part, own)
      for (const [at, answer] of reply.exceptions) answers[(group[at] as [number, NewJob])[0]] = answer
      watched ||= reply.watched
    })
    await Promise.all(sent)
    return { jobs: answers, watched }
  }

  async #sendTo(queue: string, { client, number }: RequestId, part: string, jobs: readonly NewJob[]) {
    if (!this.#queues.isNoted(queue)) await this.#queues.note(queue)
    const wake = this.#channel.wakeFor(queue)
    const message = [client, number, `e${part}`, ...encodeJobs(jobs), this.#channel.name, wake]
    const reader = await this.#connection.run(SCRIPTS.enqueue, this.#keys.queue(queue), message)
    const suffix = suffixOf(queue)
    reader.array()
    const exceptions = reader.each((): [number, Enqueued] => {
      reader.array()
      const at = reader.number() - 1
      const outcome = reader.text() as Enqueued['outcome']
      return [at, { id: idOf(reader.hex(), suffix), outcome }]
    })
    const due = readDueChange(reader)
    if (due !== null) await this.#due.note([[queue, due]])
    if (reader.boolean()) this.#channel.woke(queue, wake !== false)
    return { exceptions, watched: reader.boolean() }
  }
}
