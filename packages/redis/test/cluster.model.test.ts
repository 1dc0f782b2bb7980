import { modelTest } from '@jobs-worker/store-conformance'
import { describe, test } from 'vitest'
import { describeCluster } from './on-cluster'

describeCluster('a cluster of three masters', (on) => {
  modelTest({ runner: { describe, test }, store: on.store })
})
