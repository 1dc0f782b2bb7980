import { randomBytes } from 'node:crypto'
import pg from 'pg'

export interface TestDatabase extends AsyncDisposable {
  readonly url: string
  readonly name: string
  drop(): Promise<void>
}

/** An empty database of its own on a PostgreSQL server, so that tests do not see each other's tables. */
export async function createDatabase(serverUrl: string): Promise<TestDatabase> {
  const name = `t_${randomBytes(6).toString('hex')}`
  await statement(serverUrl, `create database ${name}`)
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  const drop = () => statement(serverUrl, `drop database if exists ${name} with (force)`)
  return { url: url.href, name, drop, [Symbol.asyncDispose]: drop }
}

async function statement(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}
