import { conformance } from '@jobs-worker/store-conformance'
import { describeWith } from '@jobs-worker/test-servers/vitest'
import { MongoClient } from 'mongodb'
import { afterAll, describe, test } from 'vitest'
import { onServer } from './harness'

/**
 * All but 13.73, schedulers killed at any instruction: MongoDB keeps what a dead client's open transaction has locked until
 * transactionLifetimeLimitSeconds are over, 60 by default, and the stand-in for ever. 13.72 kills one before it fires.
 */
const EXCEPT = /^13\.73 /

await describeWith('mongodb', 'mongodb', (url) => {
  const client = new MongoClient(url || 'mongodb://nowhere')
  afterAll(() => client.close())
  conformance({ runner: { describe, test }, store: onServer('mongodb', url, client), except: EXCEPT })
})
