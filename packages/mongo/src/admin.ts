import { randomUUID } from 'node:crypto'
import { type AdminVerdict, type Keep, StoreUnavailableError } from '@jobs-worker/core/store'
import { apply, type Change } from './changes/changes'
import type { Channel } from './channel'
import type { Ledger } from './counts/ledger'
import type { Queues } from './counts/queues'
import { tallyOf } from './counts/tally'
import { isDuplicate, STORE } from './errors'
import type { JobDocument } from './model/documents'
import { keyOf } from './model/encode-jobs'
import { finish, mayHaveBegun, place, revive } from './model/moves'
import type { Connection } from './server/connection'
import type { Turns } from './turns/turns'

/** Nothing is kept of a removed job, so it matters to nobody how long a cancelled one would have stayed. */
const NO_KEEP: Keep = { completed: 0, failed: 0, cancelled: 0 }

/** Jobs that others change at the same time are looked at again so often. */
const MOST_ROUNDS = 20

/** What an operation makes of one job, and what it answers. */
interface Decision {
  readonly verdict: AdminVerdict
  /** undefined: nothing changes. */
  readonly after?: JobDocument | null
}

const UNCHANGED: Decision = { verdict: 'unchanged' }

export class MongoAdmin {
  readonly #connection: Connection
  readonly #queues: Queues
  readonly #ledger: Ledger
  readonly #channel: Channel
  readonly #turns: Turns

  constructor(connection: Connection, queues: Queues, ledger: Ledger, channel: Channel, turns: Turns) {
    this.#connection = connection
    this.#queues = queues
    this.#ledger = ledger
    this.#channel = channel
    this.#turns = turns
  }

  async cancel(ids: readonly string[], keep: Keep): Promise<readonly AdminVerdict[]> {
    const { clock } = this.#connection
    return this.#tell(
      await this.#administer(ids, (job) => {
        if (job.ended !== undefined) return UNCHANGED
        if (!mayHaveBegun(job)) {
          return { verdict: 'done', after: finish(job, 'cancelled', (job.keep ?? keep).cancelled, clock) }
        }
        return { verdict: 'requested', after: job.cancel ? job : { ...job, cancel: keep } }
      }),
    )
  }

  async retry(ids: readonly string[]): Promise<readonly AdminVerdict[]> {
    const { clock } = this.#connection
    return this.#administer(ids, async (job) => {
      if (job.ended === undefined) return UNCHANGED
      const key = await this.#keyToRegain(job)
      if (key === 'taken') return { verdict: 'conflict' }
      const revived = revive(job, clock)
      return { verdict: 'done', after: key === null ? revived : { ...revived, holds: key } }
    })
  }

  makeDue(ids: readonly string[]): Promise<readonly AdminVerdict[]> {
    const { clock } = this.#connection
    return this.#administer(ids, (job) =>
      job.state === 'scheduled' ? { verdict: 'done', after: place(job, { delay: 0 }, clock) } : UNCHANGED,
    )
  }

  async remove(ids: readonly string[]): Promise<readonly AdminVerdict[]> {
    return this.#tell(
      await this.#administer(ids, (job) =>
        mayHaveBegun(job)
          ? { verdict: 'requested', after: { ...job, removed: true, cancel: job.cancel ?? NO_KEEP } }
          : { verdict: 'done', after: null },
      ),
    )
  }

  async pause(queue: string): Promise<void> {
    await this.#queues.setPaused(queue, true)
    await this.#channel.send(['paused', this.#channel.sender, queue])
  }

  async resume(queue: string): Promise<void> {
    await this.#queues.setPaused(queue, false)
    await this.#channel.send(['resumed', this.#channel.sender, queue])
  }

  async #administer(
    ids: readonly string[],
    decide: (job: JobDocument) => Decision | Promise<Decision>,
  ): Promise<readonly AdminVerdict[]> {
    await this.#connection.clock.fresh()
    const verdicts = new Map<string, AdminVerdict>()
    const by = randomUUID().slice(-12)
    for (let round = 1; verdicts.size < new Set(ids).size; round++) {
      if (round > MOST_ROUNDS)
        throw new StoreUnavailableError(STORE, 'jobs change faster than this can be done to them')
      const pending = ids.filter((id) => !verdicts.has(id))
      const jobs = await this.#read(pending)
      for (const id of pending) if (!jobs.has(id)) verdicts.set(id, 'unknown')
      const wanted = new Map<Change, AdminVerdict>()
      // In the order asked: that of their places in line.
      for (const before of inOrder(pending, jobs)) {
        const { verdict, after } = await decide(before)
        if (after === undefined) verdicts.set(before._id, verdict)
        else wanted.set({ before, after }, verdict)
      }
      const made = await this.#make([...wanted.keys()], by)
      for (const change of made) verdicts.set(change.before._id, wanted.get(change) as AdminVerdict)
    }
    return ids.map((id) => verdicts.get(id) as AdminVerdict)
  }

  async #make(changes: readonly Change[], by: string): Promise<readonly Change[]> {
    const queues = new Set(changes.map(({ before }) => before.queue))
    const made = await this.#queues.guarded(queues, async () => {
      const some = await apply(this.#connection, changes, by).catch((error) => {
        // A key was taken meanwhile: with one job at a time it shows whose.
        if (!isDuplicate(error)) throw error
        return changes.length > 1 ? this.#oneByOne(changes, by) : []
      })
      await this.#ledger.note(tallyOf(some))
      await this.#turns.tend(some, by)
      return some
    })
    this.#channel.woke(new Set(made.flatMap(({ after }) => (after?.state === 'queued' ? [after.queue] : []))))
    return made
  }

  async #oneByOne(changes: readonly Change[], by: string): Promise<readonly Change[]> {
    const made: Change[] = []
    for (const change of changes) {
      const one = await apply(this.#connection, [change], by).catch((error) =>
        isDuplicate(error) ? [] : Promise.reject(error),
      )
      made.push(...one)
    }
    return made
  }

  async #read(ids: readonly string[]): Promise<ReadonlyMap<string, JobDocument>> {
    const { run, jobs, clock } = this.#connection
    const projection = { input: 0, headers: 0, settings: 0 }
    const found = await run(() => jobs.find({ _id: { $in: [...ids] }, v: { $gte: 0 } }, { projection }).toArray())
    const now = clock.now()
    const there = found.filter(({ expires }) => expires === undefined || expires.getTime() > now)
    return new Map(there.map((job) => [job._id, job]))
  }

  /** The key of a job that is to run again; null where it has none, has given it up, or a window has it. */
  async #keyToRegain({ _id, queue, task, rule, run: runs }: JobDocument): Promise<string | 'taken' | null> {
    if (rule === undefined || (rule.while === 'queued' && runs > 0)) return null
    const { run, jobs, windows, clock } = this.#connection
    const key = keyOf(queue, task, rule.key)
    const window = await run(() => windows.findOne({ _id: key, until: { $gt: clock.now() } }))
    if (window !== null && window.job !== _id) return 'taken'
    const holder = await run(() => jobs.findOne({ holds: key }, { projection: { until: 1 } }))
    const over = holder?.until !== undefined && holder.until <= clock.now()
    if (holder !== null && holder._id !== _id && !over) return 'taken'
    return rule.while === 'window' || over ? null : key
  }

  /** Tells workers where one of them is to stop a job. */
  async #tell(verdicts: readonly AdminVerdict[]): Promise<readonly AdminVerdict[]> {
    if (verdicts.includes('requested')) await this.#channel.send(['cancel', this.#channel.sender])
    return verdicts
  }
}

function inOrder(ids: readonly string[], jobs: ReadonlyMap<string, JobDocument>): readonly JobDocument[] {
  return [...new Set(ids)].flatMap((id) => jobs.get(id) ?? [])
}
