import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { conformance } from '@jobs-worker/store-conformance'
import { afterAll, describe, test } from 'vitest'
import { pgliteStore } from '../src'

const parent = mkdtempSync(join(tmpdir(), 'jobs-worker-pglite-'))

afterAll(() => rmSync(parent, { recursive: true, force: true }))

const directoryOf = (namespace: string) => join(parent, namespace)

// A directory takes seconds to make: only what the memory cannot show.
conformance({
  runner: { describe, test },
  store: {
    name: 'pglite in a directory',
    capabilities: { processes: 'one', durable: true, transactions: true, locks: true },
    create: (namespace) => pgliteStore(directoryOf(namespace)),
    child: (namespace) => ({
      module: new URL('../dist/index.js', import.meta.url).href,
      factory: 'pgliteStore',
      args: [directoryOf(namespace)],
    }),
  },
  only: /^(0\.[1456]|10\.7|15\.2[01]) /,
})
