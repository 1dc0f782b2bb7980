import { modelTest } from '@jobs-worker/store-conformance'
import { describeWith } from '@jobs-worker/test-servers/vitest'
import { MongoClient } from 'mongodb'
import { afterAll, describe, test } from 'vitest'
import { onServer } from './harness'

await describeWith('mongodb', 'mongodb', (url) => {
  const client = new MongoClient(url || 'mongodb://nowhere')
  afterAll(() => client.close())
  modelTest({ runner: { describe, test }, store: onServer('mongodb', url, client) })
})
