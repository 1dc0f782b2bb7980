import type { Store } from '@jobs-worker/core/store'
import { until } from './wait'

/** Promotes, at most `limit` a step, until `count` jobs became due. */
export async function promoteAll(store: Store, count: number, limit = 1_000): Promise<void> {
  let promoted = 0
  await until(`${count} jobs are due`, async () => {
    const step = await store.promote(limit)
    if (step.count > limit) throw new Error(`promoted ${step.count} in a step of ${limit}`)
    promoted += step.count
    return promoted >= count
  })
}
