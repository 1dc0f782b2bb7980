import { setTimeout as sleep } from 'node:timers/promises'
import type { Store } from '@jobs-worker/core/store'
import { memoryStore } from '@jobs-worker/core/store'
import fc from 'fast-check'
import { ordersMayDiffer } from './due-order'
import { recover } from './keeping'
import { allOf, observe } from './observe'
import { Pair } from './pair'
import { perform } from './perform'
import type { Step } from './step'
import { World } from './world'

/** A sequence in which the stores went apart. */
export class SequenceError extends Error {
  /** How many of its steps it took. */
  readonly steps: number

  constructor(at: string, steps: number, cause: unknown) {
    super(`${at}: ${cause instanceof Error ? cause.message : cause}`, { cause })
    this.name = 'SequenceError'
    this.steps = steps
  }
}

/** Runs a sequence on the store under test and on a fresh reference; throws where they differ. */
export async function runSequence(subject: Store, steps: readonly Step[]): Promise<void> {
  const world = new World(new Pair(memoryStore({ now: steadyClock() }), subject))
  let at = 'before the first step'
  let done = 0
  try {
    await world.pair.ask('register', (store) => store.register(world.names.worker(0)))
    for (const [n, step] of steps.entries()) {
      done = n + 1
      at = `in step ${n + 1}, ${step.do}`
      // Jobs of different steps are due at different times, in both stores alike.
      await sleep(1)
      await perform(world, step)
      at = `after step ${n + 1}, ${step.do}`
      await observe(world, n)
    }
    at = 'when all is taken away'
    await takeAway(world)
    await observe(world, steps.length)
  } catch (error) {
    const byChance = await ordersMayDiffer(world)
    await leaveNothing(world)
    // Its own business with fast-check: a run of which nothing can be said.
    if (fc.PreconditionFailure.isFailure(error)) throw error
    fc.pre(!byChance)
    throw new SequenceError(at, done, error)
  }
}

/** Stands still during a call, as a database's does. */
function steadyClock(): () => number {
  let now: number | null = null
  return () => {
    if (now === null) {
      now = Date.now()
      queueMicrotask(() => {
        now = null
      })
    }
    return now
  }
}

/** The next run on this store finds no job and no worker. */
async function takeAway(world: World): Promise<void> {
  for (const { instance } of world.names.workers)
    await world.pair.ask('unregister', (store) => store.unregister(instance))
  for (const name of world.names.schedules) await world.pair.ask('remove', (store) => store.schedules.remove(name))
  await recover(world, 1_000)
  await world.pair.ask('remove', (store) => store.remove(world.sent))
  if (world.hasLocks)
    await world.pair.ask('seize', (store) => store.locks?.seize(world.names.locks) ?? Promise.resolve([]))
}

/** The same where the stores do not agree any more. */
async function leaveNothing({ pair: { subject }, names }: World): Promise<void> {
  for (const { instance } of names.workers) await subject.unregister(instance)
  for (const name of names.schedules) await subject.schedules.remove(name)
  const error = { name: 'Error', message: '', stack: null, code: null, cause: null, attempt: 0, time: 0 }
  await subject.recover({ limit: 1_000, error, keep: { failed: 0, cancelled: 0 } })
  for (const queue of names.queues) {
    const left = await allOf(subject, queue, 1_000)
    await subject.remove(left.map(({ id }) => id))
  }
}
