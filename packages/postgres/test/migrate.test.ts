import { SchemaMissingError, SchemaTooNewError } from '@jobs-worker/core/store'
import { describeWith } from '@jobs-worker/test-servers/vitest'
import { afterEach, expect, test } from 'vitest'
import { postgresStore } from '../src'
import { query, schemaName } from './harness'

await describeWith('postgres', 'migrations of the postgres store', (url) => {
  const made: string[] = []

  function fresh(): string {
    const schema = schemaName()
    made.push(schema)
    return schema
  }

  afterEach(async () => {
    for (const schema of made.splice(0)) await query(url, `drop schema if exists "${schema}" cascade`)
  })

  async function migrated(): Promise<string> {
    const schema = fresh()
    const store = postgresStore(url, { schema })
    await store.migrate()
    await store.close()
    return schema
  }

  async function opening(schema: string, migrate = true): Promise<unknown> {
    const store = postgresStore(url, { schema, migrate })
    const outcome = await store.open().catch((error: unknown) => error)
    await store.close()
    return outcome
  }

  test('say what was done, and nothing where nothing was', async () => {
    const store = postgresStore(url, { schema: fresh() })
    expect(await store.migrate()).toEqual([expect.stringMatching(/version 1/)])
    expect(await store.migrate()).toEqual([])
    await store.close()
  })

  test('run by any number of processes at once, one does it', async () => {
    const schema = fresh()
    const stores = Array.from({ length: 8 }, () => postgresStore(url, { schema, connections: 1 }))
    const done = await Promise.all(stores.map((store) => store.migrate()))
    await Promise.all(stores.map((store) => store.close()))
    expect(done.flat().length).toBe(1)
  })

  test('go on beside a newer schema that says they may', async () => {
    const schema = await migrated()
    await query(url, `update "${schema}".meta set version = 99, compatible_from = 1`)
    expect(await opening(schema)).toBeUndefined()
    expect(await opening(schema, false)).toBeUndefined()
  })

  test('refuse a newer schema that says they must not', async () => {
    const schema = await migrated()
    await query(url, `update "${schema}".meta set version = 99, compatible_from = 98`)
    const error = await opening(schema)
    expect(error).toBeInstanceOf(SchemaTooNewError)
    expect(error).toHaveProperty('message', expect.stringMatching(/version 99.*at least 98/))
  })

  test('are not run where they must not be', async () => {
    const schema = fresh()
    expect(await opening(schema, false)).toBeInstanceOf(SchemaMissingError)
    expect(await query(url, `select to_regnamespace('${schema}') as there`)).toEqual([{ there: null }])
  })

  test('fill a schema that the administrator has made, for a role that may not make any', async () => {
    const schema = fresh()
    const role = `role_${schema}`
    await query(url, `create role "${role}" login; create schema "${schema}" authorization "${role}"`)
    const own = new URL(url)
    own.username = role
    const store = postgresStore(own.href, { schema })
    await store.open()
    expect(await store.queues()).toEqual([])
    await store.close()
    await query(url, `drop schema "${schema}" cascade; drop role "${role}"`)
  })

  test('a schema dropped under an open store is told', async () => {
    const schema = await migrated()
    const store = postgresStore(url, { schema })
    await store.open()
    await query(url, `drop schema "${schema}" cascade`)
    await expect(store.queues()).rejects.toBeInstanceOf(SchemaMissingError)
    await store.close()
  })
})
