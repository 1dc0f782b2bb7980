import { StoreConfigError, StoreUnavailableError } from '@jobs-worker/core/store'
import { newJob, PortClient } from '@jobs-worker/store-conformance'
import { FaultProxy } from '@jobs-worker/test-servers'
import { describeWith } from '@jobs-worker/test-servers/vitest'
import pg from 'pg'
import { afterEach, expect, test } from 'vitest'
import { type PostgresStoreOptions, postgresStore } from '../src'
import { query, schemaName } from './harness'

await describeWith('postgres', 'connections of the postgres store', (url) => {
  const schema = schemaName()
  const undo: (() => Promise<unknown>)[] = []

  afterEach(async () => {
    for (const one of undo.splice(0).reverse()) await one()
  })

  function open(target: string | pg.Pool = url, options: PostgresStoreOptions = {}) {
    const store = postgresStore(target, { schema, ...options })
    undo.push(() => store.close())
    return store
  }

  async function proxied() {
    const proxy = await FaultProxy.start(url)
    undo.push(() => proxy.close())
    return proxy
  }

  test('a pool that was given is used, and not ended', async () => {
    const pool = new pg.Pool({ connectionString: url, max: 2 })
    const store = open(pool)
    await new PortClient(store).one()
    expect(pool.totalCount).toBeGreaterThan(0)
    await store.close()
    expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }])
    expect(pool.listenerCount('error')).toBe(0)
    await pool.end()
  })

  test('a transaction of the only connection does not wait for another one', async () => {
    const pool = new pg.Pool({ connectionString: url, max: 1 })
    const store = open(pool)
    await store.open()
    const client = await pool.connect()
    await client.query('begin')
    const job = newJob({ queue: schemaName() })
    await store.enqueueIn(client, [job])
    await client.query('commit')
    client.release()
    expect((await store.get(job.id))?.state).toBe('queued')
    await store.close()
    await pool.end()
  })

  test('a pool is no transaction', async () => {
    const pool = new pg.Pool({ connectionString: url, max: 1 })
    await expect(open().enqueueIn(pool, [newJob()])).rejects.toHaveProperty('code', 'JOBS_TX_UNSUPPORTED')
    await pool.end()
  })

  test('with pgbouncer no statement is prepared by name, and nobody listens', async () => {
    const pool = new pg.Pool({ connectionString: url, max: 1 })
    const store = open(pool, { pgbouncer: true })
    await new PortClient(store).one()
    await store.subscribe(() => {})
    expect((await pool.query('select name from pg_prepared_statements')).rows).toEqual([])
    const listening = await query(url, `select from pg_stat_activity where query ilike 'listen%${schema}%'`)
    expect(listening).toEqual([])
    await store.close()
    await pool.end()
  })

  test('connections that the server ends while they are idle are replaced', async () => {
    const name = schemaName()
    const pool = new pg.Pool({ connectionString: url, max: 3, application_name: name })
    const store = open(pool)
    await new PortClient(store).one()
    await query(url, `select pg_terminate_backend(pid) from pg_stat_activity where application_name = '${name}'`)
    await expect.poll(() => pool.totalCount).toBe(0)
    await new PortClient(store).one()
    await store.close()
    await pool.end()
  })

  test('a server that goes silent is given up after the timeout, and comes back', async () => {
    const proxy = await proxied()
    const store = open(proxy.url, { timeout: 300 })
    await store.open()
    proxy.silence()
    const job = newJob()
    const same = new PortClient(store).request()
    await expect(store.enqueue(same, [job])).rejects.toThrow(StoreUnavailableError)
    proxy.cut()
    proxy.restore()
    await store.enqueue(same, [job])
    expect((await store.get(job.id))?.state).toBe('queued')
  })

  test('listening goes on after its connection was lost, and says that something may have been missed', async () => {
    const proxy = await proxied()
    const store = open(proxy.url)
    const heard: unknown[] = []
    await store.subscribe((signal) => heard.push(signal))
    proxy.cut()
    await expect.poll(() => heard, { timeout: 5_000 }).toContainEqual({ kind: 'wake', queues: null })
    const other = open()
    await new PortClient(other).one({ queue: 'woken' })
    await expect.poll(() => heard, { timeout: 5_000 }).toContainEqual({ kind: 'wake', queues: ['woken'] })
  })

  test('nobody there, a wrong database, a wrong role: each says what it is, and no password', async () => {
    const wrong = (change: (url: URL) => void) => {
      const changed = new URL(url)
      changed.password = 'geheim'
      change(changed)
      return open(changed.href, { timeout: 2_000 }).open()
    }
    const errors = await Promise.all([
      wrong((it) => {
        it.port = '1'
      }).catch((error: unknown) => error),
      wrong((it) => {
        it.pathname = '/no_such_database'
      }).catch((error: unknown) => error),
      wrong((it) => {
        it.username = 'no_such_role'
      }).catch((error: unknown) => error),
    ])
    expect(errors.map((error) => (error as Error).constructor)).toEqual([
      StoreUnavailableError,
      StoreConfigError,
      StoreConfigError,
    ])
    expect(JSON.stringify(errors.map((error) => (error as Error).message))).not.toContain('geheim')
  })
})
