import type { Enqueued, EnqueueReply, NewJob, RequestId } from '@jobs-worker/core/store'
import type { Calls } from './calls'
import type { Channel } from './channel'
import type { Row } from './database'
import { encodeJobs } from './encode-jobs'
import { EnqueueLine } from './enqueue-line'

/** Jobs that become due within this, in ms, wake workers, so that these set their timers. */
const SOON = 60_000

/** So many sets of lanes are remembered. */
const MOST_LANES = 10_000

export class PostgresWriter {
  readonly #calls: Calls
  readonly #channel: Channel
  readonly #hasRoom: () => boolean
  readonly #lanes = new Set<string>()
  readonly #line: EnqueueLine

  /** @param hasRoom there is a connection for a call beside a transaction */
  constructor(calls: Calls, channel: Channel, hasRoom: () => boolean) {
    this.#calls = calls
    this.#channel = channel
    this.#hasRoom = hasRoom
    this.#line = new EnqueueLine(calls, channel)
  }

  /** Jobs are read before this returns, and take effect in the order of the calls. */
  async enqueue(request: RequestId, jobs: readonly NewJob[]): Promise<EnqueueReply> {
    const { params, unique } = toParams(jobs)
    const ids = jobs.map(({ id }) => id)
    return toReply(ids, await this.#line.send({ request, params, unique, queues: soonDue(jobs) }))
  }

  async enqueueIn(tx: unknown, jobs: readonly NewJob[]): Promise<EnqueueReply> {
    const { lanes, params } = toParams(jobs)
    const queues = soonDue(jobs)
    await this.#ensure(lanes)
    // Without a sender: this process hears it too, and not before the commit.
    const wake = queues.length === 0 ? null : this.#channel.wakeUp(queues, '')
    const row = await this.#calls.rowIn(tx, 'enqueue', [null, null, ...params, false, wake])
    return toReply(
      jobs.map(({ id }) => id),
      row,
    )
  }

  /** A lane's first job made in a long transaction would hold up all others who bring it its first. */
  async #ensure(lanes: string): Promise<void> {
    if (this.#lanes.has(lanes) || !this.#hasRoom()) return
    await this.#calls.row('ensure_lanes', [lanes])
    if (this.#lanes.size >= MOST_LANES) this.#lanes.clear()
    this.#lanes.add(lanes)
  }
}

function toParams(jobs: readonly NewJob[]) {
  const { ids, inputs, specs, index, lanes, unique } = encodeJobs(jobs)
  return { lanes, unique, params: [ids, inputs, specs, index, lanes, unique] }
}

/** Queues that have jobs of these due by now or soon. */
export function soonDue(jobs: readonly NewJob[]): string[] {
  const queues = new Set<string>()
  for (const { queue, due } of jobs) if ('at' in due || due.delay <= SOON) queues.add(queue)
  return [...queues]
}

function toReply(ids: readonly string[], row: Row): EnqueueReply {
  return { jobs: toEnqueued(ids, row), watched: row.watched === true }
}

/** What became of the jobs that were sent. */
export function toEnqueued(ids: readonly string[], { answer }: Row): Enqueued[] {
  if (answer === null) return ids.map((id) => ({ id, outcome: 'created' }))
  return String(answer)
    .split(',')
    .map((text) => {
      const [outcome, id] = text.split(' ')
      return { id: id as string, outcome: outcome as Enqueued['outcome'] }
    })
}
