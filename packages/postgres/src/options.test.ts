import { InvalidError } from '@jobs-worker/core/store'
import { expect, test } from 'vitest'
import { pgliteStore } from './pglite-store'
import { postgresStore } from './postgres-store'

const URL = 'postgres://localhost/app'

function refused(make: () => unknown): InvalidError {
  try {
    make()
  } catch (error) {
    if (error instanceof InvalidError) return error
    throw error
  }
  throw new Error('it was taken')
}

test('a bad option is refused where it is given, by its name', () => {
  const cases: [string, () => unknown][] = [
    ['url', () => postgresStore(undefined)],
    ['url', () => postgresStore('mysql://localhost/app')],
    ['url', () => postgresStore({} as never)],
    ['schema', () => postgresStore(URL, { schema: '' })],
    ['schema', () => postgresStore(URL, { schema: 'a"; drop table jobs; --' })],
    ['schema', () => postgresStore(URL, { schema: 'x'.repeat(64) })],
    ['connections', () => postgresStore(URL, { connections: 0 })],
    ['timeout', () => postgresStore(URL, { timeout: 5 })],
    ['pgbouncer', () => postgresStore(URL, { pgbouncer: 'yes' as never })],
    ['migrate', () => postgresStore(URL, { migrate: 1 as never })],
    ['listenUrl', () => postgresStore(URL, { listenUrl: 'localhost' })],
    ['directory', () => pgliteStore('')],
    ['directory', () => pgliteStore({} as never)],
    ['schema', () => pgliteStore(undefined, { schema: '1' })],
  ]
  for (const [field, make] of cases) expect(refused(make).field).toBe(field)
})

test('a URL is never quoted: it may hold a password', () => {
  expect(refused(() => postgresStore('mysql://me:geheim@localhost')).message).not.toContain('geheim')
})

test('stores say what they can do', () => {
  expect(postgresStore(URL).capabilities).toEqual({ processes: 'many', durable: true, transactions: true, locks: true })
  expect(pgliteStore().capabilities).toEqual({ processes: 'one', durable: false, transactions: true, locks: true })
  expect(pgliteStore('./somewhere').capabilities.durable).toBe(true)
})
