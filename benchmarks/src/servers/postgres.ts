import { startPostgres } from '@jobs-worker/test-servers'
import pg from 'pg'
import type { Server } from './server'

/** A throw-away PostgreSQL with stock settings, where each measurement gets a database of its own. */
export async function postgresServer(): Promise<Server> {
  const server = await startPostgres()
  const admin = new pg.Client({ connectionString: server.url })
  await admin.connect()
  const { rows } = await admin.query<{ version: string }>(`select current_setting('server_version') as version`)
  let databases = 0

  const urlOf = (database: string) => {
    const url = new URL(server.url)
    url.pathname = `/${database}`
    return url.href
  }

  return {
    version: `PostgreSQL ${rows[0]?.version}`,
    pid: server.pid,
    async create() {
      const name = `bench_${++databases}`
      await admin.query(`create database ${name}`)
      return { name, url: urlOf(name) }
    },
    async copy(template) {
      const name = `bench_${++databases}`
      await admin.query(`create database ${name} template ${template.name} strategy file_copy`)
      return { name, url: urlOf(name) }
    },
    async settle(database) {
      const client = new pg.Client({ connectionString: database.url })
      await client.connect()
      await client.query('vacuum analyze')
      await client.query('checkpoint')
      await client.end()
    },
    async ready() {
      await admin.query('checkpoint')
    },
    async size(database) {
      const { rows } = await admin.query<{ size: string }>('select pg_database_size($1) as size', [database.name])
      return Number(rows[0]?.size)
    },
    async written() {
      const { rows } = await admin.query<{ bytes: string }>(`select pg_current_wal_insert_lsn() - '0/0' as bytes`)
      return Number(rows[0]?.bytes)
    },
    async hold(database) {
      const client = new pg.Client({ connectionString: database.url })
      await client.connect()
      await client.query('begin isolation level repeatable read')
      await client.query('select count(*), txid_current() from pg_class')
      return { [Symbol.asyncDispose]: () => client.end() }
    },
    async drop(database) {
      await admin.query(`drop database if exists ${database.name} with (force)`)
    },
    async close() {
      await admin.end()
      await server.close()
    },
  }
}
