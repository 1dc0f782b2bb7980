import { PGlite } from '@electric-sql/pglite'
import { modelTest } from '@jobs-worker/store-conformance'
import { afterAll, describe, test } from 'vitest'
import { pgliteStore } from '../src'

const db = await PGlite.create()

afterAll(() => db.close())

modelTest({
  runner: { describe, test },
  store: {
    name: 'pglite',
    capabilities: { processes: 'one', durable: false, transactions: true, locks: true },
    create: (schema) => pgliteStore(db, { schema }),
  },
})
