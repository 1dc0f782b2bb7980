import type { RecoverOptions, Store } from '@jobs-worker/core/store'
import { errorRecord } from './jobs'
import { until } from './wait'

const DAY = 86_400_000

export const LEASE_EXPIRED = errorRecord({
  name: 'LeaseExpiredError',
  message: 'its lease ran out',
  code: 'JOBS_LEASE_EXPIRED',
  attempt: 0,
})

export function recoverOptions(over: Partial<RecoverOptions> = {}): RecoverOptions {
  return { limit: 1_000, error: LEASE_EXPIRED, keep: { failed: DAY, cancelled: DAY }, ...over }
}

/**
 * Recovers until `count` jobs were, as their leases run out.
 * @param between called between two steps: for who wants to stay alive meanwhile
 */
export async function recoverAll(store: Store, count: number, between?: () => Promise<unknown>): Promise<number> {
  let recovered = 0
  await until(`${count} jobs are recovered`, async () => {
    await between?.()
    recovered += (await store.recover(recoverOptions())).count
    return recovered >= count
  })
  return recovered
}
