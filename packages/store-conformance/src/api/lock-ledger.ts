import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineTask } from '@jobs-worker/core'
import { until } from '../harness/wait'
import type { Suite } from '../suite'

const can = { locks: true }

/** One to three of five. */
function randomKeys(): string[] {
  const keys = ['a', 'b', 'c', 'd', 'e'].sort(() => Math.random() - 0.5)
  return keys.slice(0, 1 + Math.floor(Math.random() * 3))
}

/** Rule 12: a ledger of who holds what, kept by the handlers themselves. */
export function lockLedger(suite: Suite): void {
  suite.test(
    '12.60 five hundred jobs over random subsets of five keys on four processes: no two hold a key at once',
    async (f) => {
      const ledger = mkdtempSync(join(tmpdir(), 'jobs-worker-ledger-'))
      f.onDispose(async () => rmSync(ledger, { recursive: true, force: true }))
      const task = defineTask({
        name: 'ledger',
        maxAttempts: 1,
        locks: ({ keys }: { ledger: string; keys: string[] }) => keys,
        run: () => assert.fail('it runs elsewhere'),
      })
      const jobs = await f.jobs()
      const inputs = Array.from({ length: 500 }, () => ({ ledger, keys: randomKeys() }))
      await jobs.enqueueMany(task, inputs)
      const processes = await Promise.all(Array.from({ length: 4 }, () => f.child()))
      await Promise.all(processes.map((child) => child.run('work', { concurrency: 4 })))
      await until(
        'all have ended',
        async () => {
          const counts = (await jobs.counts()).default
          return counts !== undefined && counts.completed + counts.failed === inputs.length
        },
        90_000,
      )
      const { jobs: failed } = await jobs.list({ states: ['failed'] })
      assert.deepEqual(
        failed.map(({ errors }) => errors[0]?.message),
        [],
      )
      assert.deepEqual(await jobs.locks.list(), [])
    },
    { ...can, ways: ['child'], timeout: 120_000 },
  )

  suite.test(
    '12.61 jobs over random subsets of five keys on four workers: no two hold a key at once, and all of them run',
    async (f) => {
      const held = new Set<string>()
      const task = defineTask({
        name: 'subsets',
        maxAttempts: 1,
        locks: (keys: string[]) => keys,
        async run(keys) {
          for (const key of keys) {
            assert.ok(!held.has(key), `two hold ${key}`)
            held.add(key)
          }
          await new Promise((resolve) => setTimeout(resolve, Math.random() * 3))
          for (const key of keys) held.delete(key)
        },
      })
      const clients = [await f.jobs({ tasks: [task] }), await f.jobs({ tasks: [task] })]
      const [jobs] = clients
      assert.ok(jobs)
      const sent = await jobs.enqueueMany(task, Array.from({ length: 150 }, randomKeys))
      await Promise.all(clients.flatMap((client) => [client.worker().start(), client.worker().start()]))
      await Promise.all(sent.map((job) => job.result({ timeout: '50s' })))
      assert.deepEqual(await jobs.locks.list(), [])
    },
    { ...can, timeout: 60_000 },
  )
}
