import { modelTest } from '@jobs-worker/store-conformance'
import { describeWith } from '@jobs-worker/test-servers/vitest'
import { describe, test } from 'vitest'
import { onServer } from './harness'

await describeWith('postgres', 'postgres', (url) => {
  modelTest({ runner: { describe, test }, store: onServer('postgres', url) })
})
