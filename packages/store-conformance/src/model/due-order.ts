import { isFinal, type JobRecord, type Store } from '@jobs-worker/core/store'
import { allOf } from './observe'
import type { World } from './world'

/**
 * Whether jobs that wait for the same lock may stand in its line in another order here than there, rightly: what one call
 * made due at once is due at one time in the reference, and at its own time where a store takes queue by queue.
 */
export async function ordersMayDiffer({ pair, names }: World): Promise<boolean> {
  const jobs = await livingOf(pair.reference, names.queues)
  const dueThere = new Map((await livingOf(pair.subject, names.queues)).map(({ id, dueAt }) => [id, dueAt]))
  return jobs.some((a, n) =>
    jobs.slice(n + 1).some((b) => {
      const [there, thereToo] = [dueThere.get(a.id), dueThere.get(b.id)]
      if (there === undefined || thereToo === undefined || !meet(a, b)) return false
      return Math.sign(a.dueAt - b.dueAt) !== Math.sign(there - thereToo)
    }),
  )
}

/** Whether their due times decide which of them is first. */
function meet(a: JobRecord, b: JobRecord): boolean {
  return a.priority === b.priority && a.locks.some(({ key }) => b.locks.some((lock) => lock.key === key))
}

async function livingOf(store: Store, queues: readonly string[]): Promise<readonly JobRecord[]> {
  const lists = await Promise.all(queues.map((queue) => allOf(store, queue, 1_000)))
  return lists.flat().filter(({ state }) => !isFinal(state))
}
