import { describeWith } from '@jobs-worker/test-servers/vitest'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { postgresStore } from '../src'
import { query, schemaName } from './harness'
import { claim, exchange, newJob, request, workerInfo } from './jobs'

/** What the conformance suite cannot see: how the rows lie. */
await describeWith('postgres', 'what the postgres store stores', (url) => {
  const schema = schemaName()
  const store = postgresStore(url, { schema })
  const worker = workerInfo()

  beforeAll(async () => {
    await store.open()
    await store.register(worker)
  })

  afterAll(async () => {
    await store.close()
    await query(url, `drop schema "${schema}" cascade`)
  })

  test('a claim is a HOT update: no index is touched', async () => {
    await store.enqueue(
      request(),
      Array.from({ length: 300 }, () => newJob()),
    )
    const { claimed } = await store.exchange(request(), exchange(worker.instance, { claim: claim() }))
    expect(claimed.length).toBe(300)
    const counted = () =>
      query<{ all: number; hot: number }>(
        url,
        `select n_tup_upd::int as all, n_tup_hot_upd::int as hot from pg_stat_user_tables
         where schemaname = '${schema}' and relname = 'jobs'`,
      )
    await expect.poll(counted, { timeout: 10_000 }).toEqual([{ all: 300, hot: 300 }])
    const settle = claimed.map((job) => ({
      id: job.id,
      run: job.run,
      claim: job.claim,
      kind: 'complete' as const,
      ranFor: 1,
      result: null,
      keep: 0,
    }))
    const { settled } = await store.exchange(request(), exchange(worker.instance, { settle }))
    expect(settled).not.toContain(false)
    for (const table of ['jobs', 'claims', 'finished', 'keys']) {
      expect(await query(url, `select * from "${schema}".${table}`), table).toEqual([])
    }
  })

  test('jobs that are there already are not stored again, whatever request brings them', async () => {
    const [there, fresh, waiting] = [newJob(), newJob(), newJob({ due: { delay: 60_000 } })]
    await store.enqueue(request(), [there, waiting])
    const { jobs } = await store.enqueue(request(), [fresh, there, waiting])
    expect(jobs).toEqual([
      { id: fresh.id, outcome: 'created' },
      { id: there.id, outcome: 'existing' },
      { id: waiting.id, outcome: 'existing' },
    ])
    const unique = { key: 'k', while: 'alive', window: null, onConflict: 'return' } as const
    const [first, second] = [newJob({ unique }), newJob({ unique })]
    const again = await store.enqueue(request(), [there, first, second])
    expect(again.jobs).toEqual([
      { id: there.id, outcome: 'existing' },
      { id: first.id, outcome: 'created' },
      { id: first.id, outcome: 'existing' },
    ])
    expect((await query(url, `select id from "${schema}".jobs`)).length).toBe(3)
  })

  test('a text that is no JSON cannot shift the inputs of others', async () => {
    const jobs = [newJob({ input: '"a\x1eb"' }), newJob()]
    await expect(store.enqueue(request(), jobs)).rejects.toThrow(/not JSON/)
    expect(await store.get(jobs[1]?.id ?? '')).toBeNull()
  })

  test('deltas of the counts are folded, and say the same', async () => {
    const before = await store.queues()
    await store.prune(10)
    expect(await query(url, `select * from "${schema}".count_deltas`)).toEqual([])
    expect(await store.queues()).toEqual(before)
  })
})
