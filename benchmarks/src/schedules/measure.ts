import { setTimeout as sleep } from 'node:timers/promises'
import { createJobs, type Jobs } from '@jobs-worker/core'
import type { StoreServer } from './stores'

const LOOK_EVERY = 20

export interface Sizes {
  readonly schedules: number
  readonly schedulers: number
}

/** Milliseconds from the start of the schedulers, to whom all are due, until the last job is enqueued. */
export async function measure(server: StoreServer, { schedules, schedulers }: Sizes): Promise<number> {
  const make = await server.namespace()
  const all = Array.from({ length: schedulers }, () => createJobs({ store: make() }))
  const [jobs] = all as [Jobs]
  try {
    const names = Array.from({ length: schedules }, (_, i) => `schedule ${i}`)
    const due = new Date()
    await eachOf(names, (name, i) => jobs.schedules.upsert(name, { ...rule(i), nextRunAt: due }))
    const begun = performance.now()
    for (const one of all) await one.scheduler().start()
    while (((await jobs.counts()).default?.queued ?? 0) < schedules) await sleep(LOOK_EVERY)
    return performance.now() - begun
  } finally {
    for (const one of all) await one.close()
  }
}

/** No two alike, so that no next time is computed for several at once. */
function rule(i: number) {
  return { task: 'tick', input: { i }, cron: `${i % 60} ${Math.floor(i / 60) % 24} ${1 + (i % 28)} * *` }
}

async function eachOf<T>(items: readonly T[], work: (item: T, i: number) => Promise<unknown>): Promise<void> {
  let next = 0
  const lane = async () => {
    while (next < items.length) {
      const i = next++
      await work(items[i] as T, i)
    }
  }
  await Promise.all(Array.from({ length: 32 }, lane))
}
