import { createJobs, defineTask } from '@jobs-worker/core'
import { now } from '../clock'
import type { StoreKind } from './stores'

const KEYS = 1_000

/** Jobs per second: one worker runs no-op jobs until all are settled; `locked`: each needs one of a thousand locks. */
export async function drainRate(
  kind: StoreKind,
  jobs: number,
  worker: { readonly concurrency?: number },
  locked: boolean,
): Promise<number> {
  const place = await kind.place()
  const task = defineTask({
    name: 'noop',
    ...(locked ? { locks: (n: number) => [`key-${n % KEYS}`] } : {}),
    run: async (_: number) => undefined,
  })
  const client = createJobs({ store: place.open(), tasks: [task] })
  try {
    // Neighbours in line need different locks, but the thousandth needs that of the first.
    await client.enqueueMany(
      task,
      Array.from({ length: jobs }, (_, n) => n),
    )
    const begun = now()
    await client.worker(worker).drain()
    const elapsed = now() - begun
    const { completed = 0 } = (await client.counts()).default ?? {}
    if (completed !== jobs) throw new Error(`${completed} of ${jobs} jobs have completed`)
    return (jobs / elapsed) * 1_000
  } finally {
    await client.close()
    await place.close()
  }
}
