import type { Claim, ClaimedJob, RequestId } from '@jobs-worker/core/store'
import type { Channel } from './channel'
import type { Connection } from './connection'
import { type DueChange, readDueChange } from './due-times'
import type { Writes } from './exchange-plan'
import type { Keys } from './keys'
import type { Queues } from './queues'
import { SCRIPTS } from './scripts'
import { readJob } from './wire/decode-job'
import { encodeOutcome, encodeReport, encodeStart } from './wire/encode-exchange'
import { suffixOf } from './wire/ids'

/** What is left to claim, for one queue. */
export interface Wanted {
  readonly claim: Claim
  readonly limit: number
  readonly start: number
  readonly bytes: number
  /** The claim has jobs of other queues already. */
  readonly any: boolean
}

export interface QueueExchange {
  readonly request: RequestId
  /** Tells the steps of one request in one queue apart. */
  readonly part: string
  readonly instance: string
  readonly queue: string
  readonly writes: Writes
  readonly wanted: Wanted | null
  /** The worker's id, where it is to claim from this queue for the first time. */
  readonly join: string | null
}

export interface QueueReply {
  readonly settled: string
  readonly started: string
  readonly reported: string
  /** The queue knows the worker. */
  readonly registered: boolean
  readonly claimed: readonly ClaimedJob[]
  /** How many jobs, and how many bytes of input, the claim took when it was first made. */
  readonly count: number
  readonly bytes: number
  readonly ended: boolean
  /** It held back before a job that may not be reserved. */
  readonly heldBack: boolean
  readonly due: DueChange | null
  readonly watched: boolean
}

/** The step of an exchange that happens in one queue. */
export class ExchangeCalls {
  readonly #connection: Connection
  readonly #keys: Keys
  readonly #queues: Queues
  readonly #channel: Channel

  constructor(connection: Connection, keys: Keys, queues: Queues, channel: Channel) {
    this.#connection = connection
    this.#keys = keys
    this.#queues = queues
    this.#channel = channel
  }

  async call({ request, part, instance, queue, writes, wanted, join }: QueueExchange): Promise<QueueReply> {
    const goesOn = writes.settle.some(([{ kind, enqueue }]) => !ENDS.has(kind) || enqueue !== undefined)
    const wake = goesOn && this.#channel.wakeFor(queue)
    const reader = await this.#connection.run(SCRIPTS.exchange, this.#keys.queue(queue), [
      request.client,
      request.number,
      part,
      instance,
      writes.settle.map(([outcome]) => encodeOutcome(outcome, enqueuedHere(outcome, queue))),
      writes.start.map(([start]) => encodeStart(start)),
      writes.report.map(([report]) => encodeReport(report)),
      wanted !== null && encodeWanted(wanted, queue),
      join ?? false,
      this.#channel.name,
      wake,
    ])
    reader.array()
    const [settled, started, reported] = [reader.text(), reader.text(), reader.text()]
    const registered = reader.boolean()
    const suffix = suffixOf(queue)
    const claimed = reader.each(() => readJob(reader, queue, suffix))
    const [count, bytes, ended, heldBack] = [reader.number(), reader.number(), reader.boolean(), reader.boolean()]
    const due = readDueChange(reader)
    const woken = reader.boolean()
    const watched = reader.boolean()
    if (count > 0) this.#queues.know(queue)
    if (woken) this.#channel.woke(queue, wake !== false)
    return { settled, started, reported, registered, claimed, count, bytes, ended, heldBack, due, watched }
  }
}

const ENDS: ReadonlySet<string> = new Set(['complete', 'fail', 'cancel'])

function enqueuedHere({ enqueue = [] }: Writes['settle'][number][0], queue: string) {
  return enqueue.filter((job) => job.queue === queue)
}

function encodeWanted({ claim, limit, start, bytes, any }: Wanted, queue: string) {
  return [claim.id, claim.lanes, limit, start, bytes, any, queue, suffixOf(queue)]
}
