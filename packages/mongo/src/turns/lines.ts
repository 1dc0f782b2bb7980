import type { JobDocument } from '../model/documents'
import { type Connection, wholeBatch } from '../server/connection'
import { holdersOf } from './owners'

/** So few lines are asked one by one, each for its first; more of them first together. */
export const FEW = 8
/** Where those who stand in them are fewer than so many, one answer holds them all. */
const MOST = 200

const PLACE = { priority: 1, due: 1, joined: 1 } as const
const FIELDS = { v: 1, queue: 1, state: 1, keys: 1, rank: 1, order: 1, offer: 1, ...PLACE } as const

/** A job's place in all of its lines: priority, due time, order of joining; the id where two are alike. */
export type Place = Pick<JobDocument, keyof typeof PLACE | '_id'>

/** Who is first in the line of each of these keys, with what matters there; keys without a line are left out. */
export async function headsOf(connection: Connection, keys: readonly string[]): Promise<Map<string, JobDocument>> {
  const heads = new Map<string, JobDocument>()
  if (keys.length === 0) return heads
  const note = (key: string, one: JobDocument | undefined) => {
    const head = heads.get(key)
    if (one !== undefined && (head === undefined || comesBefore(one, head))) heads.set(key, one)
  }
  if (keys.length > FEW) {
    const wanted = new Set(keys)
    const all = await find(connection, { $in: [...keys] }, MOST)
    if (all.length < MOST) {
      for (const one of all) for (const key of one.keys ?? []) if (wanted.has(key)) note(key, one)
      return heads
    }
  }
  const firsts = await Promise.all(keys.map((key) => first(connection, key)))
  for (const [at, key] of keys.entries()) note(key, firsts[at])
  return heads
}

export function comesBefore(a: Place, b: Place): boolean {
  const by = a.priority - b.priority || a.due - b.due || (a.joined ?? 0) - (b.joined ?? 0)
  return by === 0 ? a._id < b._id : by < 0
}

/** Who is first in the lines of some keys, and who holds them; holders null: that was not asked. */
interface Known {
  readonly keys: readonly string[]
  readonly heads: ReadonlyMap<string, Place>
  readonly holders: ReadonlyMap<string, string> | null
}

const NOTHING: Known = { keys: [], heads: new Map(), holders: null }

/** Who holds some keys, and who is first in their lines: as it was read, and as it becomes by what is decided on it. */
export class LockView {
  readonly #holders: Map<string, string>
  readonly #heads: Map<string, Place>

  private constructor(holders: Map<string, string>, heads: Map<string, Place>) {
    this.#holders = holders
    this.#heads = heads
  }

  /** @param known where somebody has just looked */
  static async of(connection: Connection, keys: Iterable<string>, known: Known = NOTHING): Promise<LockView> {
    const all = new Set(keys)
    if (all.size === 0) return new LockView(new Map(), new Map())
    const seen = new Set(known.keys)
    const unseen = [...all].filter((key) => !seen.has(key))
    const unheld = known.holders === null ? [...all] : unseen
    const [holders, heads] = await Promise.all([
      unheld.length === 0 ? [] : holdersOf(connection, unheld),
      headsOf(connection, unseen),
    ])
    return new LockView(new Map([...(known.holders ?? []), ...holders]), new Map([...known.heads, ...heads]))
  }

  /** Whether a job with this place is first in the lines of all its keys, and nobody holds any of them. */
  mayRun({ keys = [], ...place }: Place & Pick<JobDocument, 'keys'>): boolean {
    return keys.every((key) => {
      const head = this.#heads.get(key)
      const isFirst = head === undefined || head._id === place._id || comesBefore(place, head)
      return isFirst && !this.#holders.has(key)
    })
  }

  /** It takes its keys. */
  takes({ _id, keys = [] }: JobDocument): void {
    for (const key of keys) this.#holders.set(key, _id)
  }

  /** It stands in its lines from here on. */
  waits(job: JobDocument): void {
    for (const key of job.keys ?? []) {
      const head = this.#heads.get(key)
      if (head === undefined || comesBefore(job, head)) this.#heads.set(key, job)
    }
  }
}

async function first(connection: Connection, key: string): Promise<JobDocument | undefined> {
  const [head] = await find(connection, key, 1, { ...PLACE, _id: 1 })
  return head
}

function find(
  { run, jobs }: Connection,
  keys: string | { readonly $in: string[] },
  limit: number,
  sort?: Record<string, 1>,
): Promise<readonly JobDocument[]> {
  const filter = { keys, joined: { $exists: true } }
  return run(() => {
    const cursor = jobs.find<JobDocument>(filter, { projection: FIELDS, ...wholeBatch(limit) }).limit(limit)
    return (sort === undefined ? cursor : cursor.sort(sort)).toArray()
  })
}
