import type { Fence, Outcome } from '@jobs-worker/core/store'
import { newJob, newJobs, PortClient, PortWorker } from '@jobs-worker/store-conformance'
import { describeWith } from '@jobs-worker/test-servers/vitest'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { postgresStore } from '../src'
import { query, schemaName } from './harness'

/** What the conformance suite cannot see: how the rows lie. */
await describeWith('postgres', 'what the postgres store stores', (url) => {
  const schema = schemaName()
  const store = postgresStore(url, { schema })
  const sender = new PortClient(store)
  const worker = new PortWorker(store)

  beforeAll(async () => {
    await store.open()
    await worker.register()
  })

  afterAll(async () => {
    await store.close()
    await query(url, `drop schema "${schema}" cascade`)
  })

  test('a claim is a HOT update: no index is touched', async () => {
    await sender.send(newJobs(300))
    const claimed = await worker.claim({ start: 300 })
    expect(claimed.length).toBe(300)
    const counted = async () => {
      // An idle connection tells what it counted after ten seconds, a busy one after one.
      await store.queues()
      return query<{ all: number; hot: number }>(
        url,
        `select n_tup_upd::int as all, n_tup_hot_upd::int as hot from pg_stat_user_tables
         where schemaname = '${schema}' and relname = 'jobs'`,
      )
    }
    await expect.poll(counted, { timeout: 10_000 }).toEqual([{ all: 300, hot: 300 }])
    const ended = claimed.map((job) => ({ ...complete(job, null), keep: 0 }))
    expect(await worker.settle(...ended)).not.toContain(false)
    for (const table of ['jobs', 'claims', 'finished', 'keys']) {
      expect(await query(url, `select * from "${schema}".${table}`), table).toEqual([])
    }
  })

  test('jobs that are there already are not stored again, whatever request brings them', async () => {
    const [there, fresh, waiting] = [newJob(), newJob(), newJob({ due: { delay: 60_000 } })]
    await sender.send([there, waiting])
    const { jobs } = await sender.send([fresh, there, waiting])
    expect(jobs).toEqual([
      { id: fresh.id, outcome: 'created' },
      { id: there.id, outcome: 'existing' },
      { id: waiting.id, outcome: 'existing' },
    ])
    const unique = { key: 'k', while: 'alive', window: null, onConflict: 'return' } as const
    const [first, second] = [newJob({ unique }), newJob({ unique })]
    const again = await sender.send([there, first, second])
    expect(again.jobs).toEqual([
      { id: there.id, outcome: 'existing' },
      { id: first.id, outcome: 'created' },
      { id: first.id, outcome: 'existing' },
    ])
    expect((await query(url, `select id from "${schema}".jobs`)).length).toBe(3)
  })

  test('a text that is no JSON cannot shift the inputs of others', async () => {
    const jobs = [newJob({ input: '"a\x1eb"' }), newJob()]
    await expect(sender.send(jobs)).rejects.toThrow(/not JSON/)
    expect(await store.get(jobs[1]?.id ?? '')).toBeNull()
  })

  test('requests that wait go in one transaction, in order; one that is refused takes no other with it', async () => {
    const queue = { queue: 'line' }
    const batches = Array.from({ length: 9 }, () => newJobs(2, queue))
    const refused = newJobs(1, { ...queue, input: '\x1e' })
    await Promise.all(batches.slice(0, 5).map((jobs) => sender.send(jobs)))
    const transactions = `select distinct j.xmin::text from "${schema}".jobs j join "${schema}".lanes l on l.id = j.lane
      where l.queue = 'line'`
    expect((await query(url, transactions)).length).toBe(2)
    const sent = [...batches.slice(5, 7), refused, ...batches.slice(7)].map((jobs) => sender.send(jobs))
    const outcomes = (await Promise.allSettled(sent)).map(({ status }) => status)
    expect(outcomes).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled', 'fulfilled'])
    const claimed = await worker.claim({ start: 100, queues: [{ name: 'line', limit: 100 }] })
    expect(claimed.map(({ id }) => id)).toEqual(batches.flat().map(({ id }) => id))
    expect(await worker.settle(...claimed.map((job) => complete(job, null)))).not.toContain(false)
  })

  test('more jobs than one draw of places holds keep their order', async () => {
    const jobs = newJobs(2_500, { queue: 'crowd' })
    await sender.send(jobs)
    await sender.send(newJobs(1, { queue: 'crowd', input: '"last"' }))
    const claimed = await worker.claim({ start: 3_000, queues: [{ name: 'crowd', limit: 3_000 }] })
    expect(claimed.slice(0, -1).map(({ id }) => id)).toEqual(jobs.map(({ id }) => id))
    expect(claimed.at(-1)?.input).toBe('"last"')
    expect(await worker.settle(...claimed.map((job) => complete(job, null)))).not.toContain(false)
  })

  test('outcomes keep their order and their results, whatever the order of the ids', async () => {
    const queues = [{ name: 'shuffled', limit: 10 }]
    await sender.send(newJobs(20, { queue: 'shuffled' }))
    const first = await worker.claim({ start: 0, reserve: 10, queues })
    const jobs = [...(await worker.claim({ start: 10, queues })), ...first].sort((a, b) => (a.id < b.id ? 1 : -1))
    const outcomes = jobs.map((job, i) => complete(job, `${i}`))
    const stale = complete({ ...(jobs[4] as Fence), claim: jobs[15]?.claim as string }, '"stale"')
    const settled = await worker.settle(...outcomes.slice(0, 4), stale, ...outcomes.slice(5))
    expect(settled).toEqual(jobs.map((_, i) => i !== 4))
    const rows = await query(
      url,
      `select f.id, f.result from "${schema}".finished f join "${schema}".lanes l on l.id = f.lane
       where l.queue = 'shuffled' order by f.seq`,
    )
    const expected = jobs.map(({ id }, i) => ({ id, result: `${i}` }))
    expect(rows).toEqual([...expected.slice(0, 4), ...expected.slice(5)])
    expect(await worker.settle(outcomes[4] as Outcome, outcomes[5] as Outcome)).toEqual([true, false])
    expect(await query(url, `select * from "${schema}".claims`)).toEqual([])
  })

  test('deltas of the counts are folded, and say the same', async () => {
    const before = await store.queues()
    await store.prune(10)
    expect(await query(url, `select * from "${schema}".count_deltas`)).toEqual([])
    expect(await store.queues()).toEqual(before)
  })
})

function complete({ id, run, claim }: Fence, result: string | null): Outcome & { kind: 'complete' } {
  return { id, run, claim, kind: 'complete', ranFor: 1, result, keep: 60_000 }
}
