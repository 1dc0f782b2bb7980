import type { QueueDocument } from '../model/documents'
import type { Connection } from '../server/connection'

/** What this process has noted in the registry is noted again after so many ms: somebody may have emptied the database. */
const NOTE_EVERY = 60_000

/** The one document among the queues that is none: names are never empty. */
const EVERYBODY = ''

/** Of some queues, at one instant. */
export interface QueuesSeen {
  readonly queues: ReadonlyMap<string, QueueDocument>
  /** Somebody listens to events. */
  readonly watched: boolean
}

/** The registry of queues, with their lanes, and whether they are paused. */
export class Queues {
  readonly #connection: Connection
  readonly #latest = new Map<string, QueueDocument>()
  readonly #doubtful = new Set<string>()
  readonly #noted = new Map<string, { readonly at: number; readonly done: Promise<unknown> }>()

  constructor(connection: Connection) {
    this.#connection = connection
  }

  /** Makes sure that claims find these lanes; to be called before anything is put into them. */
  async note(jobs: readonly { readonly queue: string; readonly lane: string }[]): Promise<void> {
    const fresh = new Map<string, Set<string>>()
    const waits = new Set<Promise<unknown>>()
    for (const { queue, lane } of jobs) {
      const noted = this.#noting(nameOf(queue, lane))
      if (noted !== null) waits.add(noted)
      else fresh.set(queue, (fresh.get(queue) ?? new Set()).add(lane))
    }
    for (const [queue, lanes] of fresh) waits.add(this.#note(queue, [...lanes]))
    await Promise.all(waits)
  }

  /** Queues as they were when this process looked last. */
  get latest(): ReadonlyMap<string, QueueDocument> {
    return this.#latest
  }

  /** These queues, and whether somebody watches. */
  async look(names: readonly string[]): Promise<QueuesSeen> {
    const projection = { paused: 1, lanes: 1, watched: 1 }
    const found = await this.#find({ _id: { $in: [EVERYBODY, ...names] } }, projection)
    const queues = new Map(found.map((queue) => [queue._id, queue]))
    const watched = (queues.get(EVERYBODY)?.watched ?? 0) > this.#connection.clock.now()
    queues.delete(EVERYBODY)
    for (const [name, queue] of queues) this.#latest.set(name, queue)
    return { queues, watched }
  }

  /** All that are registered, by name. */
  async all(): Promise<readonly QueueDocument[]> {
    const found = await this.#find({ _id: { $gt: EVERYBODY } }, { paused: 1, lanes: 1, suspect: 1 })
    return found.sort((a, b) => (a._id < b._id ? -1 : 1))
  }

  /** Jobs will go into it. */
  async use(queue: string): Promise<void> {
    await (this.#noting(queue) ?? this.#once([queue], () => this.#set(queue, {})))
  }

  async setPaused(queue: string, paused: boolean): Promise<void> {
    await this.#set(queue, { paused })
  }

  /** Counts of these queues may be wrong: see `audit`. */
  async suspect(names: Iterable<string>): Promise<void> {
    for (const name of names) await this.#set(name, { suspect: true })
  }

  /**
   * The same, where a change was cut off and nobody knows whether it was made, and so whether it is counted: as soon as the
   * server answers again.
   */
  doubt(names: Iterable<string>): void {
    for (const name of names) this.#doubtful.add(name)
    void this.confirm().catch(() => undefined)
  }

  /** Notes what is in doubt. */
  async confirm(): Promise<void> {
    const names = [...this.#doubtful]
    await this.suspect(names)
    for (const name of names) this.#doubtful.delete(name)
  }

  /** Runs an operation that changes jobs of these queues. */
  async guarded<T>(names: Iterable<string>, work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      this.doubt(names)
      throw error
    }
  }

  async cleared(queue: string): Promise<void> {
    await this.#set(queue, { suspect: false })
  }

  async watch(until: number): Promise<void> {
    const { queues } = this.#connection
    await this.#connection.upsert(() =>
      queues.updateOne({ _id: EVERYBODY }, { $max: { watched: until } }, { upsert: true }),
    )
  }

  async #set(queue: string, fields: Partial<QueueDocument>): Promise<void> {
    const { queues } = this.#connection
    await this.#connection.upsert(() => queues.updateOne({ _id: queue }, { $set: fields }, { upsert: true }))
  }

  #note(queue: string, lanes: readonly string[]): Promise<unknown> {
    const { queues } = this.#connection
    const update = { $addToSet: { lanes: { $each: lanes } } }
    const keys = lanes.map((lane) => nameOf(queue, lane))
    const write = () => queues.updateOne({ _id: queue }, update, { upsert: true })
    return this.#once(keys, () => this.#connection.upsert(write))
  }

  /** null: it has to be noted (again). */
  #noting(key: string): Promise<unknown> | null {
    const noted = this.#noted.get(key)
    return noted !== undefined && performance.now() - noted.at < NOTE_EVERY ? noted.done : null
  }

  #once(keys: readonly string[], write: () => Promise<unknown>): Promise<unknown> {
    const done = write().catch((error) => {
      for (const key of keys) this.#noted.delete(key)
      throw error
    })
    for (const key of keys) this.#noted.set(key, { at: performance.now(), done })
    return done
  }

  #find(filter: object, projection: object): Promise<QueueDocument[]> {
    return this.#connection.run(() => this.#connection.queues.find(filter, { projection }).toArray())
  }
}

function nameOf(queue: string, lane: string): string {
  return `${queue}\0${lane}`
}
