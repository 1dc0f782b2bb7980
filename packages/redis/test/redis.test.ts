import { conformance } from '@jobs-worker/store-conformance'
import { describeWith } from '@jobs-worker/test-servers/vitest'
import { describe, test } from 'vitest'
import { onServer } from './harness'

await describeWith('redis', 'redis', (url) => {
  conformance({ runner: { describe, test }, store: onServer('redis', url) })
})
