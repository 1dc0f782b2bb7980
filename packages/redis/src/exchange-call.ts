import type { Claim, ClaimedJob, RequestId } from '@jobs-worker/core/store'
import { type Ask, encodeVerdict, readAsk, type Verdict } from './apart/asks'
import type { Channel } from './channel'
import type { Connection } from './connection'
import { type DueChange, readDueChange } from './due-times'
import type { Writes } from './exchange-plan'
import type { Keys } from './keys'
import type { Queues } from './queues'
import { SCRIPTS } from './scripts'
import type { Waits } from './waits'
import { readClaimed } from './wire/decode-job'
import { encodeOutcomes, encodeReport, encodeStart } from './wire/encode-exchange'
import { suffixOf } from './wire/ids'

/** What is left to claim, for one queue. */
export interface Wanted {
  readonly claim: Claim
  readonly limit: number
  readonly start: number
  /** Those and so many after them may have locks. */
  readonly soon: number
  readonly bytes: number
  /** The claim has jobs of other queues already. */
  readonly any: boolean
  /** What the locks of a cluster have said. */
  readonly verdicts: readonly Verdict[]
  /** It may ask them for more. */
  readonly mayAsk: boolean
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
  /** What the claim has to ask the locks of a cluster before it can go on. */
  readonly asks: readonly Ask[]
  /** Milliseconds until the next job of any queue is due, null where there is none; undefined where a queue cannot know. */
  readonly nextDueIn: number | null | undefined
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

  get waits(): Waits {
    return this.#channel.waits
  }

  async call({ request, part, instance, queue, writes, wanted, join }: QueueExchange): Promise<QueueReply> {
    const goesOn = writes.settle.some(([{ kind, enqueue }]) => !ENDS.has(kind) || enqueue !== undefined)
    const wake = goesOn && this.#channel.wakeFor(queue)
    const { own, waits } = this.#channel
    const ear = wanted?.claim.waits === true && own !== null && own
    const unheard = wanted !== null && ear !== false && waits.begin(instance, wanted.claim.id)
    const reader = await this.#connection.run(SCRIPTS.exchange, this.#keys.queue(queue), [
      request.client,
      request.number,
      part,
      instance,
      encodeOutcomes(
        writes.settle.map(([outcome]) => outcome),
        queue,
      ),
      writes.start.map(([start]) => encodeStart(start)),
      writes.report.map(([report]) => encodeReport(report)),
      wanted !== null && encodeWanted(wanted, queue),
      join ?? false,
      this.#channel.name,
      wake,
      ear,
      unheard,
    ])
    reader.array()
    const [settled, started, reported] = [reader.text(), reader.text(), reader.text()]
    const worker = reader.maybe(() => reader.text())
    const claimed = readClaimed(reader, queue, suffixOf(queue), worker)
    const [count, bytes, ended, heldBack] = [reader.number(), reader.number(), reader.boolean(), reader.boolean()]
    const due = readDueChange(reader)
    const woken = reader.boolean()
    const watched = reader.boolean()
    const nextDue = reader.maybe(() => reader.number())
    const nextDueIn = nextDue === UNKNOWN ? undefined : nextDue
    const asks = reader.each(() => readAsk(reader))
    const isWaiting = reader.boolean()
    const handed = readClaimed(reader, queue, suffixOf(queue), worker)
    if (wanted !== null && ear !== false) {
      const jobs = waits.begun(instance, wanted.claim.id, isWaiting, handed)
      if (jobs.length > 0) this.#channel.emit({ kind: 'handed', instance, jobs })
    }
    if (count > 0) this.#queues.know(queue)
    if (woken) this.#channel.woke(queue, wake !== false)
    return {
      settled,
      started,
      reported,
      registered: worker !== null,
      claimed,
      count,
      bytes,
      ended,
      heldBack,
      due,
      watched,
      nextDueIn,
      asks,
    }
  }
}

/** As exchange.lua says that the next due time is not known to it. */
const UNKNOWN = -1

const ENDS: ReadonlySet<string> = new Set(['complete', 'fail', 'cancel'])

function encodeWanted({ claim, limit, start, soon, bytes, any, verdicts, mayAsk }: Wanted, queue: string) {
  const said = verdicts.map(encodeVerdict)
  return [claim.id, claim.lanes, limit, start, soon, bytes, any, queue, said, mayAsk]
}
