import { isFinal, JOB_STATES, type JobRecord, type JobState, type Store } from '@jobs-worker/core/store'
import { observeLocks } from './locks'
import { Divergence } from './pair'
import { observeSchedules } from './schedules'
import type { World } from './world'

type Seen = Omit<JobRecord, 'worker'> & Partial<JobRecord>

/** Looks at all that can be seen of both stores. */
export async function observe(world: World, step: number): Promise<void> {
  const { pair, names } = world
  for (const queue of names.queues) await lookThrough(world, queue, 1_000)
  await pair.ask('queues', async (store) => (await store.queues()).filter(({ name }) => names.queues.includes(name)))
  await observeLocks(world)
  await pair.ask('unserved', async (store) => sorted(await store.unserved(names.queues)))
  await pair.ask('workers', async (store) => {
    const ours = (await store.workers()).filter(({ queues }) => queues.includes(names.queue(0)))
    return sorted(ours).map(({ beatAge, ...worker }) => worker)
  })
  await observeSchedules(world)
  const id = world.sent[step % world.sent.length]
  if (id !== undefined)
    await pair.ask(
      'get',
      (store) => store.get(id),
      (job) => job && seen(world, job),
    )
}

/** Lists a queue in pages of this size. */
export async function lookThrough(world: World, queue: string, limit: number): Promise<void> {
  await world.pair.ask('list', async (store) => {
    const jobs = await allOf(store, queue, limit)
    const shown = jobs.map((job) => seen(world, job))
    return Object.fromEntries(JOB_STATES.map((state) => [state, ordered(state, shown)]))
  })
}

/** A job whose worker left may show who that was until it is recovered, or not. */
function seen({ workersLeft }: World, { worker, ...job }: JobRecord): Seen {
  return workersLeft ? job : { ...job, worker }
}

export async function allOf(store: Store, queue: string, limit: number): Promise<readonly JobRecord[]> {
  const jobs: JobRecord[] = []
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = await store.list({ queue, limit, ...(cursor === undefined ? {} : { cursor }) })
    if (page.jobs.length > limit) throw new Divergence('list', `a page of ${limit} has ${page.jobs.length} jobs`)
    jobs.push(...page.jobs)
    cursor = page.cursor
  }
  return jobs
}

/**
 * The jobs of one state in an order that both stores must agree on: the claim order where they are queued, the due time
 * where they are scheduled. Jobs that ended at one instant may come either way round, and running ones anyhow.
 */
function ordered(state: JobState, all: readonly Seen[]): readonly Seen[] {
  const jobs = all.filter((job) => job.state === state)
  if (jobs.length > 0 && all.lastIndexOf(jobs.at(-1) as Seen) - all.indexOf(jobs[0] as Seen) >= jobs.length) {
    throw new Divergence('list', `its ${state} jobs do not stand together`)
  }
  if (state === 'queued' || state === 'scheduled') return jobs
  if (
    isFinal(state) &&
    jobs.some((job, n) => (jobs[n - 1]?.finishedAt ?? Number.POSITIVE_INFINITY) < (job.finishedAt ?? 0))
  ) {
    throw new Divergence('list', `its ${state} jobs do not stand latest first`)
  }
  return jobs.sort((a, b) => (a.id < b.id ? -1 : 1))
}

function sorted<T>(items: readonly T[]): readonly T[] {
  return [...items].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
}
