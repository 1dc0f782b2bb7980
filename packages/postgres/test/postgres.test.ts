import { conformance } from '@jobs-worker/store-conformance'
import { describeWith } from '@jobs-worker/test-servers/vitest'
import { describe, test } from 'vitest'
import { onServer } from './harness'

await describeWith('postgres', 'postgres', (url) => {
  conformance({ runner: { describe, test }, store: onServer('postgres', url) })
})
