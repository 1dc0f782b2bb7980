import { createDatabase, startRedis } from '@jobs-worker/test-servers'
import { describeWith } from '@jobs-worker/test-servers/vitest'
import { test } from 'vitest'
import { threeRuns } from './three-runs'

const TITLE = 'measures and proves; a second run has nothing to do, a fresh one everything'
const SLOW = { timeout: 120_000 }

for (const kind of ['postgres', 'mongodb'] as const) {
  await describeWith(kind, `the demo on ${kind}`, (server) => {
    test(TITLE, SLOW, async () => {
      await using database = await createDatabase(server)
      await threeRuns(database.url)
    })
  })
}

test(`the demo on redis ${TITLE}`, SLOW, async () => {
  await using server = await startRedis()
  await threeRuns(server.url)
})
