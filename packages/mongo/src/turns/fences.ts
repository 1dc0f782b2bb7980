import { type AnyHolder, unnumbered } from '../model/holdings'
import type { Connection } from '../server/connection'
import { change } from './owners'

/** The document among the meta ones that knows the latest number. */
const FENCES = 'fences'

/**
 * Numbers the locks of these holders that have none, after they were taken and before anybody sees them: a number that was
 * drawn while a lock is held is above all that its earlier owners were told.
 * @returns the holders as they are now; null: somebody else has changed one meanwhile
 */
export async function numbered(
  connection: Connection,
  holders: readonly AnyHolder[],
  by: string,
): Promise<readonly AnyHolder[] | null> {
  const count = holders.reduce((sum, one) => sum + unnumbered(one).length, 0)
  let next = count === 0 ? 0 : await draw(connection, count)
  const told = await Promise.all(
    holders.map((before) => {
      const fences = unnumbered(before).map((key) => [key, next++] as const)
      if (fences.length === 0) return before
      return change(connection, before, { ...before, fences: [...(before.fences ?? []), ...fences] }, by)
    }),
  )
  return told.every((one) => typeof one !== 'string') ? told : null
}

/** The first of so many numbers that nobody had before, at least the server's time in microseconds. */
async function draw(connection: Connection, count: number): Promise<number> {
  const time = { $multiply: [{ $toLong: '$$NOW' }, 1_000] }
  const latest = { $add: [{ $max: [{ $ifNull: ['$fence', 0] }, time] }, count] }
  const options = { upsert: true, returnDocument: 'after' } as const
  const drawn = await connection.upsert(() =>
    connection.meta.findOneAndUpdate({ _id: FENCES }, [{ $set: { fence: latest } }], options),
  )
  return (drawn?.fence as number) - count + 1
}
