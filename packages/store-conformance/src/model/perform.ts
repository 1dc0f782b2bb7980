import { newJobId } from '@jobs-worker/core/store'
import { enqueue } from './enqueue'
import { exchange } from './exchange'
import { die, promote, prune, recover, register, unregister } from './keeping'
import { performLocks } from './locks'
import { lookThrough } from './observe'
import { schedules } from './schedules'
import type { Step } from './step'
import type { World } from './world'

/** Does one step on both stores and compares what they answer. */
export async function perform(world: World, step: Step): Promise<void> {
  const { pair, names } = world
  switch (step.do) {
    case 'enqueue':
      return enqueue(world, step.jobs)
    case 'exchange':
      return exchange(world, step)
    case 'repeat':
      return world.repeats.at(-1 - step.back)?.()
    case 'extend':
      return extend(world, step)
    case 'register':
      return register(world, step.worker, step.dead, step.evict)
    case 'unregister':
      return unregister(world, step.worker)
    case 'die':
      return die(world, step.worker, step.limit)
    case 'recover':
      return recover(world, step.limit)
    case 'promote':
      return promote(world, step.limit)
    case 'prune':
      return prune(world, step.limit)
    case 'cancel':
    case 'retry':
    case 'makeDue':
    case 'remove':
      return admin(world, step)
    case 'pause':
    case 'resume':
      return pair.ask(step.do, (store) => store[step.do](names.queue(step.queue)))
    case 'schedule':
    case 'unschedule':
    case 'reschedule':
    case 'take':
    case 'fire':
      return schedules(world, step)
    case 'acquire':
    case 'releaseLocks':
    case 'seize':
    case 'passTurns':
      return world.hasLocks ? performLocks(world, step) : undefined
    case 'page':
      await lookThrough(world, names.queue(step.queue), step.limit)
  }
}

async function extend(world: World, step: Step & { do: 'extend' }): Promise<void> {
  const leases = world.pickFences(step.fences).map(([, fence]) => fence)
  const { instance } = world.names.worker(step.worker)
  await world.pair.ask(
    'extend',
    (store) => store.extend(instance, leases),
    ({ lost, cancelled, paused, nextDueIn, registered }) => ({
      lost: [...lost].sort(),
      cancelled: [...cancelled].sort(),
      paused: [...paused].sort(),
      nextDueIn,
      registered,
    }),
  )
}

const KEEP = { completed: 86_400_000, failed: 86_400_000, cancelled: 86_400_000 }

async function admin(world: World, step: Step & { do: 'cancel' | 'retry' | 'makeDue' | 'remove' }): Promise<void> {
  // A job that nobody has sent stands for those that are out of reach.
  const ids = step.jobs.map((back) => world.job(back) ?? newJobId(world.names.queue(0)))
  await world.pair.ask(step.do, (store) => (step.do === 'cancel' ? store.cancel(ids, KEEP) : store[step.do](ids)))
}
