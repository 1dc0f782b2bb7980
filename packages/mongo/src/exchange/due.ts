import type { Connection } from '../server/connection'

/** Milliseconds until the next scheduled job of any queue is due; null: there is none. */
export async function nextDueIn({ run, jobs, clock }: Connection): Promise<number | null> {
  const [next] = await run(() =>
    jobs
      .find({ state: 'scheduled' }, { projection: { due: 1 } })
      .sort({ due: 1, order: 1 })
      .limit(1)
      .toArray(),
  )
  return next === undefined ? null : Math.max(0, next.due - clock.now())
}
