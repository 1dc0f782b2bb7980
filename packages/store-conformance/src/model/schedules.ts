import { type Firing, type NewJob, newJobId, type ScheduleRecord, type Store } from '@jobs-worker/core/store'
import type { ScheduleStep } from './step'
import type { World } from './world'

const HOUR = 3_600_000
const BYTES = 1 << 20

/** Does one step on the schedules of both stores and compares what they answer. */
export async function schedules(world: World, step: ScheduleStep): Promise<void> {
  switch (step.do) {
    case 'schedule':
      return register(world, step)
    case 'unschedule':
      await world.pair.ask('remove', (store) => store.schedules.remove(world.names.schedule(step.name)))
      return
    case 'reschedule':
      return reschedule(world, step)
    case 'take':
      return take(world, step.limit)
    case 'fire':
      return fire(world, step)
  }
}

/** All that can be seen of the schedules of both stores. */
export async function observeSchedules({ pair, names }: World): Promise<void> {
  await pair.ask('schedules', async (store) => {
    const found = await Promise.all(names.schedules.map((name) => store.schedules.get(name)))
    return found.map((schedule) => schedule && seen(schedule))
  })
}

/** Their numbers are each store's own. */
function seen({ revision, epoch, createdAt, ...rest }: ScheduleRecord) {
  return rest
}

async function register(world: World, { name, queue, timing, due, active }: ScheduleStep & { do: 'schedule' }) {
  const schedule = {
    name: world.names.schedule(name),
    task: world.names.task(0),
    queue: world.names.queue(queue),
    timing: `{"every":${timing}}`,
    definition: '{}',
    retryDelay: HOUR,
    nextRunAt: world.scheduleTime(due),
    active,
  }
  await world.pair.ask('upsert', (store) => store.schedules.upsert(schedule), seen)
}

async function reschedule(world: World, { name, active, due }: ScheduleStep & { do: 'reschedule' }) {
  const changes = {
    ...(active === null ? {} : { active }),
    ...(due === null ? {} : { nextRunAt: world.scheduleTime(due) }),
  }
  const schedule = world.names.schedule(name)
  await world.pair.ask('change', async (store) => {
    const revision = (await store.schedules.get(schedule))?.revision ?? 0
    return store.schedules.change(schedule, { revision, ...changes })
  })
}

async function take(world: World, limit: number): Promise<void> {
  const records = new Map<Store, readonly ScheduleRecord[]>()
  await world.pair.ask('take', async (store) => {
    const { due } = await store.schedules.take(limit, BYTES)
    records.set(store, due)
    return due.map(seen)
  })
  const { reference, subject } = world.pair
  for (const [i, one] of (records.get(reference) ?? []).entries()) {
    world.taken.push([one, records.get(subject)?.[i] as ScheduleRecord])
  }
}

async function fire(world: World, { taken, jobs, unique, again }: ScheduleStep & { do: 'fire' }): Promise<void> {
  const byName = new Map<string, (typeof world.taken)[number]>()
  for (const back of taken) {
    const pair = world.taken.at(-1 - back)
    if (pair !== undefined) byName.set(pair[0].name, pair)
  }
  const decided = [...byName.values()].map((pair) => {
    const times = Array.from({ length: jobs }, (_, i) => (pair[0].nextRunAt as number) + i)
    const made = times.map((time) => ({ time, job: newJob(world, pair[0], time, unique) }))
    const next = world.scheduleTime(again)
    return { pair, made, next }
  })
  await world.pair.ask(
    'fire',
    (store) =>
      store.schedules.fire(
        decided.map(({ pair, made, next }): Firing => {
          const { name, queue, revision, epoch, nextRunAt } = pair[store === world.pair.reference ? 0 : 1]
          return { name, queue, revision, epoch, nextRunAt: nextRunAt as number, jobs: made, next }
        }),
      ),
    ({ fired }) => fired,
  )
}

function newJob(world: World, { name, queue, task }: ScheduleRecord, time: number, unique: boolean): NewJob {
  const id = newJobId(queue)
  world.sent.push(id)
  const none = { input: null, headers: null, keep: null, settings: null, locks: [] }
  const rule = { key: 'k', while: 'alive', window: null, onConflict: 'return' } as const
  const common = { id, task, queue, lane: task, priority: 10, due: { at: time }, maxAttempts: 3, schedule: name }
  return { ...common, ...none, unique: unique ? rule : null }
}
