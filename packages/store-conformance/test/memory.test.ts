import { memoryStore } from '@jobs-worker/core'
import { describe, test } from 'vitest'
import { conformance } from '../src'

conformance({
  runner: { describe, test },
  store: {
    name: 'memory',
    capabilities: { processes: 'one', durable: false, transactions: false, locks: true },
    create: () => memoryStore(),
  },
})
