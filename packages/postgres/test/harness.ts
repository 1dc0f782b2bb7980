import { randomUUID } from 'node:crypto'
import type { CallerTransaction, CrashableServer, FaultyStore, StoreUnderTest } from '@jobs-worker/store-conformance'
import { FaultProxy, startPostgres } from '@jobs-worker/test-servers'
import pg from 'pg'
import { type PostgresStoreOptions, postgresStore } from '../src'

/** A fresh schema's name. */
export function schemaName(): string {
  return `t_${randomUUID().replaceAll('-', '').slice(0, 12)}`
}

/** Every row of a schema's tables in which the text occurs. */
export async function rowsWith(query: (text: string) => Promise<readonly unknown[]>, schema: string, text: string) {
  const tables = (await query(
    `select table_name from information_schema.tables where table_schema = '${schema}'`,
  )) as readonly { table_name: string }[]
  const found: string[] = []
  for (const { table_name } of tables) {
    const rows = (await query(
      `select to_json(t)::text as row from "${schema}"."${table_name}" t where strpos(t::text, '${text}') > 0`,
    )) as readonly { row: string }[]
    found.push(...rows.map(({ row }) => row))
  }
  return found
}

/** The store on a PostgreSQL server, a schema for each namespace. */
export function onServer(name: string, url: string, options: PostgresStoreOptions = {}): StoreUnderTest {
  return {
    name,
    capabilities: { processes: 'many', durable: true, transactions: true, locks: true },
    create: (schema) => postgresStore(url, { ...options, schema }),
    drop: async (schema) => void (await query(url, `drop schema if exists "${schema}" cascade`)),
    raw: (schema, text) => rowsWith((sql) => query(url, sql), schema, text),
    child: (schema) => ({
      module: new URL('../dist/index.js', import.meta.url).href,
      factory: 'postgresStore',
      args: [url, { ...options, schema }],
    }),
    begin: () => begin(url),
    faulty: (schema) => faulty(url, { ...options, schema }),
    crashable: (schema) => crashable({ ...options, schema }),
  }
}

export async function query<T = unknown>(url: string, text: string): Promise<readonly T[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(text)).rows as T[]
  } finally {
    await client.end()
  }
}

async function begin(url: string): Promise<CallerTransaction> {
  const tx = new pg.Client({ connectionString: url })
  await tx.connect()
  await tx.query('begin')
  const end = async (word: string) => {
    await tx.query(word)
    await tx.end()
  }
  return {
    tx,
    commit: () => end('commit'),
    rollback: () => end('rollback'),
    spoil: async () => void (await tx.query('select 1 / 0').catch(() => undefined)),
  }
}

async function faulty(url: string, options: PostgresStoreOptions): Promise<FaultyStore> {
  const proxy = await FaultProxy.start(url)
  const store = postgresStore(proxy.url, options)
  return {
    store,
    cut: async () => proxy.cut(),
    block: async () => proxy.refuse(),
    heal: async () => proxy.restore(),
    loseNextReply: async () => void proxy.loseNextReply((request) => request.includes('.enqueue')),
    dispose: async () => {
      proxy.restore()
      await store.close()
      await proxy.close()
    },
  }
}

async function crashable(options: PostgresStoreOptions): Promise<CrashableServer> {
  const server = await startPostgres()
  return {
    create: () => postgresStore(server.url, options),
    kill: () => server.kill(),
    restart: () => server.restart(),
    dispose: () => server.close(),
  }
}
