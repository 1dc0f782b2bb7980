import { setTimeout as sleep } from 'node:timers/promises'
import type { StepReply, Store, WorkerInfo } from '@jobs-worker/core/store'
import type { EvictPlan } from './step'
import type { World } from './world'

const DAY = 86_400_000
const ERROR = { name: 'LeaseExpiredError', message: 'gone', stack: null, code: 'JOBS_LEASE_EXPIRED', cause: null }

/** Steps of any size until nothing is left: which jobs come first is the store's affair. */
export async function recover(world: World, limit: number): Promise<void> {
  world.workersLeft = true
  const options = {
    limit,
    error: { ...ERROR, attempt: 0, time: 0 },
    keep: { failed: DAY, cancelled: DAY },
  }
  await world.pair.ask('recover', (store) => untilDone(() => store.recover(options)))
}

export async function unregister(world: World, n: number): Promise<void> {
  world.workersLeft = true
  await world.pair.ask('unregister', (store) => store.unregister(world.names.worker(n).instance))
}

export async function die(world: World, worker: number, limit: number): Promise<void> {
  await register(world, worker, true, 'nobody')
  await recover(world, limit)
  await register(world, worker, false, 'nobody')
}

export async function promote(world: World, limit: number): Promise<void> {
  await sleep(Math.max(0, world.soon - Date.now() + 5))
  await world.pair.ask('promote', (store) => untilDone(() => store.promote(limit)))
}

export async function prune(world: World, limit: number): Promise<void> {
  await world.pair.ask('prune', (store) => untilDone(() => store.prune(limit)))
}

async function untilDone(step: () => Promise<StepReply>): Promise<number> {
  for (let count = 0; ; ) {
    const reply = await step()
    count += reply.count
    if (!reply.more) return count
  }
}

export async function register(world: World, n: number, dead: boolean, evict: EvictPlan): Promise<void> {
  const worker: WorkerInfo = { ...world.names.worker(n), leaseMs: dead ? 0 : 600_000 }
  const rival = world.names.workers.find(({ id, instance }) => id === worker.id && instance !== worker.instance)
  const expelled =
    evict === 'nobody' || !rival
      ? undefined
      : { instance: rival.instance, beatAge: evict === 'holder' ? 0 : 86_400_000 }
  if (expelled) world.workersLeft = true
  await world.pair.ask('register', (store: Store) => store.register(worker, expelled))
}
