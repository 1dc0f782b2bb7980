import type { Claim } from '@jobs-worker/core/store'
import type { JobDocument, QueueDocument } from '../model/documents'
import type { Connection } from '../server/connection'

/** The jobs that are first in a queue, in order. */
export interface Line {
  readonly jobs: readonly JobDocument[]
  /** There are no more behind them. */
  readonly isWhole: boolean
}

export type Lines = ReadonlyMap<string, Line>

/** The lanes of each queue that a claim may take from. */
export type Lanes = ReadonlyMap<string, readonly string[]>

/** Lines that were read before it was known what lanes there are now. */
export interface Ahead {
  readonly lanes: Lanes
  readonly lines: Lines
}

/** @param seen the queues as they were read: of one that is paused nothing is taken */
export function lanesOf(claim: Claim, seen: ReadonlyMap<string, QueueDocument>): Lanes {
  const wanted = new Set(claim.lanes)
  return new Map(
    claim.queues.map(({ name }) => {
      const { paused, lanes = [] } = seen.get(name) ?? {}
      return [name, paused ? [] : lanes.filter((lane) => wanted.has(lane))]
    }),
  )
}

/** The lines that were read ahead, where the lanes have stayed the same. */
export function stillThere(ahead: Ahead | null, lanes: Lanes): Lines | null {
  const same = ahead !== null && [...lanes].every(([name, some]) => `${some}` === `${ahead.lanes.get(name)}`)
  return same ? ahead.lines : null
}

/**
 * Each queue's line, as far as this claim could reach: one query for each lane, each walks its index in order.
 * @param blocked how many were found that had to wait: so many more are read at once
 */
export async function readLines(
  connection: Connection,
  claim: Claim,
  lanesOf: Lanes,
  taken: readonly JobDocument[],
  blocked: number,
): Promise<Lines> {
  const lines = claim.queues.map(async ({ name, limit }): Promise<readonly [string, Line]> => {
    const lanes = lanesOf.get(name) ?? []
    const left = Math.min(limit - countOf(name, taken), claim.start + claim.reserve - taken.length)
    if (left <= 0) return [name, { jobs: [], isWhole: true }]
    const most = left + blocked
    const heads = await Promise.all(lanes.map((lane) => readLane(connection, name, lane, most, claim)))
    const [only, ...others] = heads
    if (only !== undefined && others.length === 0) return [name, only]
    const jobs = heads.flatMap((head) => head.jobs).sort(inLine)
    // Behind so many a lane may have others that come first.
    return [name, { jobs: jobs.slice(0, most), isWhole: jobs.length <= most && heads.every((head) => head.isWhole) }]
  })
  return new Map(await Promise.all(lines))
}

/** Stops where the claim would: inputs may be large. */
async function readLane(
  connection: Connection,
  queue: string,
  lane: string,
  most: number,
  { maxBytes }: Claim,
): Promise<Line> {
  return connection.run(async () => {
    const cursor = connection.jobs
      .find({ queue, lane, state: 'queued' }, { batchSize: most })
      .sort({ rank: 1, order: 1 })
      .limit(most)
    const line: JobDocument[] = []
    let room = maxBytes
    // What has arrived is read at once: a turn of the event loop for each would cost more than the job.
    while (room >= 0 && (await cursor.hasNext())) {
      for (const job of cursor.readBufferedDocuments()) {
        line.push(job)
        // One more than fits shows that there is more.
        if (room < 0) break
        room -= bytesOf(job)
      }
    }
    await cursor.close()
    return { jobs: line, isWhole: line.length < most && room >= 0 }
  })
}

export function countOf(queue: string, jobs: readonly JobDocument[]): number {
  return jobs.filter((job) => job.queue === queue).length
}

function inLine(a: JobDocument, b: JobDocument): number {
  return a.rank - b.rank || a.order - b.order
}

export function bytesOf({ input }: JobDocument): number {
  return input === undefined ? 0 : Buffer.byteLength(input)
}
