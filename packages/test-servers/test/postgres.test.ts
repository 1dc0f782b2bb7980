import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createDatabase, startPostgres, type TestServer } from '../src'

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows
  } finally {
    await client.end()
  }
}

describe('a PostgreSQL server of our own', () => {
  let server: TestServer
  beforeAll(async () => {
    server = await startPostgres({ settings: { max_connections: '33' } })
  })
  afterAll(() => server.close())

  test('takes connections, with the settings that were asked for', async () => {
    expect(await query(server.url, 'show max_connections')).toEqual([{ max_connections: '33' }])
  })

  test('keeps what was committed over a SIGKILL and a restart, on the same port', async () => {
    await query(server.url, 'create table kept as select 42 as answer')
    const before = server.pid
    await server.kill()
    await expect(query(server.url, 'select 1')).rejects.toThrow('ECONNREFUSED')
    await server.restart()
    expect(server.pid).not.toBe(before)
    expect(await query(server.url, 'select answer from kept')).toEqual([{ answer: 42 }])
  })

  test('gives each test a database of its own', async () => {
    await using one = await createDatabase(server.url)
    await using two = await createDatabase(server.url)
    await query(one.url, 'create table here ()')
    expect(await query(two.url, `select to_regclass('here') as found`)).toEqual([{ found: null }])
  })
})
