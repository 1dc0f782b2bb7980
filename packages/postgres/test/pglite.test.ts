import { PGlite } from '@electric-sql/pglite'
import { type CallerTransaction, conformance } from '@jobs-worker/store-conformance'
import { afterAll, describe, test } from 'vitest'
import { pgliteStore } from '../src'
import { rowsWith } from './harness'

/** A new one takes seconds to boot; an old one grows slow, because every dropped schema leaves its plans in the session. */
const TESTS_EACH = 40

let newest = await PGlite.create()
let used = 0
const databases = new Map<string, PGlite>()

/** The database of a namespace. */
async function databaseOf(schema: string): Promise<PGlite> {
  const known = databases.get(schema)
  if (known !== undefined) return known
  if (used++ === TESTS_EACH) {
    await newest.close()
    newest = await PGlite.create()
    used = 1
  }
  databases.set(schema, newest)
  return newest
}

const rowsOf = (schema: string) => async (sql: string) => (await (await databaseOf(schema)).query(sql)).rows

afterAll(() => newest.close())

conformance({
  runner: { describe, test },
  store: {
    name: 'pglite',
    capabilities: { processes: 'one', durable: false, transactions: true, locks: true },
    create: async (schema) => pgliteStore(await databaseOf(schema), { schema }),
    drop: async (schema) => void (await (await databaseOf(schema)).exec(`drop schema if exists "${schema}" cascade`)),
    raw: (schema, text) => rowsWith(rowsOf(schema), schema, text),
    begin: async (schema) => begin(await databaseOf(schema)),
  },
})

/** PGlite's transactions are functions: this one waits inside until it is told how to end. */
async function begin(db: PGlite): Promise<CallerTransaction> {
  let end: (how: 'commit' | 'rollback') => void = () => {}
  const ended = new Promise<'commit' | 'rollback'>((resolve) => {
    end = resolve
  })
  const { promise: begun, resolve: hand } = withResolvers<CallerTransaction['tx']>()
  const whole = db.transaction(async (tx) => {
    hand(tx)
    if ((await ended) === 'rollback') await tx.rollback()
  })
  const tx = (await begun) as { exec(sql: string): Promise<unknown> }
  const finish = (how: 'commit' | 'rollback') => async () => {
    end(how)
    await whole
  }
  return {
    tx,
    commit: finish('commit'),
    rollback: finish('rollback'),
    spoil: async () => void (await tx.exec('select 1 / 0').catch(() => undefined)),
  }
}

function withResolvers<T>() {
  let resolve: (value: T) => void = () => {}
  const promise = new Promise<T>((resolved) => {
    resolve = resolved
  })
  return { promise, resolve }
}
