import assert from 'node:assert/strict'
import type { ErrorRecord } from '@jobs-worker/core/store'
import { errorRecord } from '../harness/jobs'
import { cancelled, complete, fail, retry } from '../harness/outcomes'
import { theJob } from '../harness/port-client'
import type { Suite } from '../suite'

/** Rule 4: what a run leaves on its job. */
export function errors(suite: Suite): void {
  const full: ErrorRecord = errorRecord({
    name: 'BankError',
    message: 'no "money"\n\u00e9\u{1f600}\\',
    stack: 'BankError: no money\n    at charge (bank.js:1:2)',
    code: 'E_BANK',
    cause: errorRecord({ name: 'SocketError', message: 'reset', code: 104, cause: errorRecord({ message: '' }) }),
    time: 1_700_000_000_123,
  })

  suite.test('4.1 an error is kept as it was given: name, message, stack, code, cause, attempt, time', async (f) => {
    const client = await f.client()
    const worker = await f.worker()
    const { id } = await client.one()
    await worker.settle(retry(await worker.claimOne(), 0, full))
    assert.deepEqual((await theJob(client.store, id)).errors, [full])
    const again = await worker.claimOne()
    assert.deepEqual(again.errors, [full])
    const second = { ...full, attempt: 2, message: 'again' }
    await worker.settle(fail(again, second))
    const ended = await theJob(client.store, id)
    assert.deepEqual([ended.state, ended.errors], ['failed', [full, second]])
  })

  suite.test('4.2 an error without a time gets the store’s', async (f) => {
    const client = await f.client()
    const worker = await f.worker()
    const { id } = await client.one()
    await worker.settle(fail(await worker.claimOne(), errorRecord()))
    const job = await theJob(client.store, id)
    const time = job.errors[0]?.time ?? 0
    assert.ok(time >= job.createdAt && time <= (job.finishedAt ?? 0) + 1, `${time}`)
  })

  suite.test('4.3 errors accumulate: the first and the latest 49 stay', async (f) => {
    const client = await f.client()
    const worker = await f.worker()
    const { id } = await client.one({ maxAttempts: 100 })
    for (let attempt = 1; attempt <= 60; attempt++) {
      const job = await worker.claimOne()
      assert.equal(job.attempt, attempt)
      await worker.settle(retry(job, 0, errorRecord({ attempt, message: `${attempt}`, time: attempt })))
    }
    const kept = (await theJob(client.store, id)).errors.map((error) => error.attempt)
    assert.deepEqual(kept, [1, ...Array.from({ length: 49 }, (_, n) => n + 12)])
  })

  suite.test('4.4 progress and meta are visible while the job runs', async (f) => {
    const client = await f.client()
    const other = await f.another()
    const worker = await f.worker()
    const { id } = await client.one()
    const job = await worker.claimOne()
    assert.equal(await worker.report(job, { progress: '{"done":1}' }), true)
    assert.equal((await theJob(other, id)).progress, '{"done":1}')
    assert.equal(await worker.report(job, { meta: '{"file":"a"}' }), true)
    const seen = await theJob(other, id)
    assert.deepEqual([seen.state, seen.progress, seen.meta], ['running', '{"done":1}', '{"file":"a"}'])
  })

  suite.test('4.5 the last progress and meta come with the settlement and stay on the job', async (f) => {
    const client = await f.client()
    const worker = await f.worker()
    const { id } = await client.one()
    const job = await worker.claimOne()
    await worker.report(job, { progress: '10', meta: '{"a":1}' })
    await worker.settle({ ...complete(job, '{"ok":true}'), progress: '100' })
    const ended = await theJob(client.store, id)
    assert.deepEqual([ended.progress, ended.meta, ended.result], ['100', '{"a":1}', '{"ok":true}'])
  })

  suite.test('4.6 a cancelled run may leave an error', async (f) => {
    const client = await f.client()
    const worker = await f.worker()
    const { id } = await client.one()
    await worker.settle({ ...cancelled(await worker.claimOne()), kind: 'cancel', error: full, keep: 1_000_000 })
    const ended = await theJob(client.store, id)
    assert.deepEqual([ended.state, ended.errors], ['cancelled', [full]])
  })

  suite.test('4.7 what was stored comes back unchanged: text, headers, settings', async (f) => {
    const client = await f.client()
    const worker = await f.worker()
    const given = {
      input: JSON.stringify({ text: 'a\u0000b\u{1f600}\u2028 \\ " \' \n', deep: [[{}]], n: 1e-7, spaced: ' x ' }),
      headers: { traceparent: '00-ab-cd-01', 'a b': 'ü"\\' },
      settings: { retry: { strategy: 'constant', delay: 5 }, postpone: { delay: 7, max: null }, timeout: 9 },
      keep: { completed: 1, failed: 2, cancelled: 3 },
      schedule: 'nightly',
      maxAttempts: 7,
    }
    const { id } = await client.one(given)
    for (const job of [await theJob(client.store, id), await worker.claimOne()]) {
      const { input, headers, settings, keep, schedule, maxAttempts } = job
      assert.deepEqual({ input, headers, settings, keep, schedule, maxAttempts }, given)
    }
  })

  suite.test(
    '4.8 the stored input is one record’s text, word for word',
    async (f) => {
      const client = await f.client()
      const input = '{"marker":"find-me-once",  "spaced" : 1}'
      await client.one({ input })
      const records = await f.raw('find-me-once')
      assert.equal(records.length, 1)
      // However the record's own text quotes it.
      assert.match(records[0] as string, /, {2}\W+spaced\W+ : 1\}/)
    },
    { ways: ['raw'] },
  )

  suite.test('4.9 a process that has the task fills in what the enqueuer did not know', async (f) => {
    const client = await f.client()
    const worker = await f.worker()
    const { id } = await client.one({ maxAttempts: null, keep: null })
    const job = await worker.claimOne()
    assert.equal(job.maxAttempts, null)
    const keep = { completed: 5_000, failed: 6_000, cancelled: 7_000 }
    assert.equal(await worker.start(job, { fill: { maxAttempts: 2, keep, locks: [] } }), true)
    const filled = await theJob(client.store, id)
    assert.deepEqual([filled.maxAttempts, filled.keep, filled.attempt], [2, keep, 1])
  })
}
