import assert from 'node:assert/strict'
import { newJob, uniqueRule } from '../harness/jobs'
import { cancelled, complete, fail, KEEP, postpone, release, retry } from '../harness/outcomes'
import { type PortClient, theJob } from '../harness/port-client'
import { recoverAll } from '../harness/recover'
import { until } from '../harness/wait'
import type { Suite } from '../suite'

const unique = uniqueRule('key')

/** What became of one more job with this key. */
async function again(client: PortClient, rule = unique, over: Parameters<typeof newJob>[0] = {}) {
  const job = newJob({ unique: rule, ...over })
  const [answer] = (await client.send([job])).jobs
  assert.ok(answer)
  return { sent: job.id, id: answer.id, outcome: answer.outcome }
}

/** Rule 7: unique keys, and when they are held. */
export function uniqueKeys(suite: Suite): void {
  suite.test('7.1 while a job is alive, the same key answers that job', async (f) => {
    const client = await f.client()
    const worker = await f.worker()
    const first = await again(client)
    assert.deepEqual([first.outcome, first.id], ['created', first.sent])
    assert.equal((await theJob(client.store, first.id)).uniqueKey, 'key')
    const expected = { id: first.id, outcome: 'existing' }
    const answers: { id: string; outcome: string }[] = []
    const ask = async () => {
      const { id, outcome, sent } = await again(client)
      answers.push({ id, outcome })
      assert.equal(await client.store.get(sent), null)
    }
    await ask()
    const job = await worker.claimOne()
    await ask()
    await worker.settle(retry(job))
    await ask()
    await worker.settle(postpone(await worker.claimOne(), 3_600_000))
    await ask()
    assert.deepEqual(answers, Array(4).fill(expected))
  })

  suite.test('7.2 keys are scoped to queue and task', async (f) => {
    const client = await f.client()
    const answers = [
      await again(client),
      await again(client, unique, { queue: 'other' }),
      await again(client, unique, { task: 'other' }),
      await again(client, uniqueRule('KEY')),
      await again(client, uniqueRule('key ')),
    ]
    assert.deepEqual(
      answers.map(({ outcome }) => outcome),
      Array(5).fill('created'),
    )
  })

  suite.test('7.3 the key is free in every final state', async (f) => {
    const client = await f.client()
    const worker = await f.worker()
    const ends = [
      async () => worker.settle(complete(await worker.claimOne())),
      async () => worker.settle(fail(await worker.claimOne())),
      async () => worker.settle(cancelled(await worker.claimOne())),
      async () => worker.settle(complete(await worker.claimOne(), null, 0)),
      async (id: string) => client.store.cancel([id], KEEP),
      async (id: string) => client.store.remove([id]),
    ]
    for (const end of ends) {
      const { id, outcome } = await again(client)
      assert.equal(outcome, 'created')
      await end(id)
    }
    assert.equal((await again(client)).outcome, 'created')
  })

  suite.test('7.4 the key is free when a dead worker’s job ends failed', async (f) => {
    const client = await f.client()
    const dead = await f.worker({ leaseMs: 50 })
    await again(client, unique, { maxAttempts: 1 })
    await dead.claimOne()
    await recoverAll(client.store, 1)
    assert.equal((await again(client)).outcome, 'created')
  })

  suite.test('7.5 while queued: the key is given up at the first claim and not taken back by a retry', async (f) => {
    const client = await f.client()
    const worker = await f.worker()
    const rule = uniqueRule('key', { while: 'queued' })
    const first = await again(client, rule)
    assert.equal((await again(client, rule)).outcome, 'existing')
    const job = await worker.claimOne()
    assert.equal(job.id, first.id)
    const second = await again(client, rule)
    assert.equal(second.outcome, 'created')
    await worker.settle(retry(job))
    const third = await again(client, rule)
    assert.deepEqual([third.outcome, third.id], ['existing', second.id])
    await worker.settle(release(await worker.claimOne()))
    assert.equal((await again(client, rule)).outcome, 'created')
  })

  suite.test('7.6 while queued: a delayed job holds its key until it is claimed', async (f) => {
    const client = await f.client()
    const worker = await f.worker()
    const rule = uniqueRule('key', { while: 'queued' })
    const first = await again(client, rule, { due: { delay: 3_600_000 } })
    assert.deepEqual([(await again(client, rule)).id], [first.id])
    await client.store.makeDue([first.id])
    assert.deepEqual([(await again(client, rule)).id], [first.id])
    await worker.claimOne()
    assert.equal((await again(client, rule)).outcome, 'created')
  })

  suite.test('7.7 for a window: the key frees at its end only, whatever became of the job', async (f) => {
    const client = await f.client()
    const worker = await f.worker()
    const rule = uniqueRule('key', { while: 'window', window: 700 })
    const first = await again(client, rule)
    await worker.settle(complete(await worker.claimOne(), null, 0))
    assert.equal(await client.store.get(first.id), null)
    const during = await again(client, rule)
    assert.deepEqual([during.outcome, during.id], ['existing', first.id])
    const next = await until('the window has ended', async () => {
      const answer = await again(client, rule)
      return answer.outcome === 'created' && answer
    })
    assert.equal(next.id, next.sent)
    const job = await theJob(client.store, next.id)
    assert.equal(job.uniqueKey, 'key')
  })

  suite.test('7.8 for a window: it ends also while the job lives', async (f) => {
    const client = await f.client()
    const rule = uniqueRule('key', { while: 'window', window: 50 })
    const first = await again(client, rule)
    await until('the window has ended', async () => (await again(client, rule)).outcome === 'created')
    assert.equal((await theJob(client.store, first.id)).state, 'queued')
  })

  suite.test('7.9 throw: the conflict is told with the id that has the key', async (f) => {
    const client = await f.client()
    const first = await again(client)
    const second = await again(client, uniqueRule('key', { onConflict: 'throw' }))
    assert.deepEqual([second.outcome, second.id], ['conflict', first.id])
    assert.equal(await client.store.get(second.sent), null)
  })

  suite.test('7.10 one key twice in a request makes one job', async (f) => {
    const client = await f.client()
    const jobs = [newJob({ unique }), newJob({ unique: uniqueRule('b') }), newJob({ unique })]
    const answers = (await client.send(jobs)).jobs
    assert.deepEqual(
      answers.map(({ id, outcome }) => [id, outcome]),
      [
        [jobs[0]?.id, 'created'],
        [jobs[1]?.id, 'created'],
        [jobs[0]?.id, 'existing'],
      ],
    )
  })

  suite.test('7.11 any number of concurrent enqueues make one job, and all get its id', async (f) => {
    const clients = await Promise.all(Array.from({ length: 6 }, async () => f.client(await f.another())))
    const rounds = await Promise.all(Array.from({ length: 60 }, async (_, n) => again(clients[n % 6] as PortClient)))
    assert.equal(new Set(rounds.map(({ id }) => id)).size, 1)
    assert.equal(rounds.filter(({ outcome }) => outcome === 'created').length, 1)
    const worker = await f.worker()
    assert.equal((await worker.claim({ start: 10 })).length, 1)
  })

  suite.test('7.12 concurrent requests with the same keys in other orders all succeed', async (f) => {
    const clients = await Promise.all(Array.from({ length: 4 }, async () => f.client(await f.another())))
    const keys = Array.from({ length: 20 }, (_, n) => `k${n}`)
    const orders = [keys, [...keys].reverse(), [...keys.slice(7), ...keys.slice(0, 7)], [...keys].sort()]
    const replies = await Promise.all(
      clients.map((client, n) =>
        client.send((orders[n] as string[]).map((key) => newJob({ unique: uniqueRule(key) }))),
      ),
    )
    const created = replies.flatMap(({ jobs }) => jobs.filter(({ outcome }) => outcome === 'created'))
    assert.equal(created.length, 20)
    for (const key of keys) {
      const held = replies.map(({ jobs }, n) => jobs[(orders[n] as string[]).indexOf(key)]?.id)
      assert.equal(new Set(held).size, 1, key)
    }
  })

  suite.test(
    '7.13 a retried final job takes its key back where it is free, and is refused where it is taken',
    async (f) => {
      const client = await f.client()
      const worker = await f.worker()
      const first = await again(client)
      await worker.settle(fail(await worker.claimOne()))
      assert.deepEqual(await client.store.retry([first.id]), ['done'])
      assert.deepEqual((await again(client)).id, first.id)
      await worker.settle(fail(await worker.claimOne()))
      const second = await again(client)
      assert.equal(second.outcome, 'created')
      assert.deepEqual(await client.store.retry([first.id]), ['conflict'])
      assert.equal((await theJob(client.store, first.id)).state, 'failed')
    },
  )

  suite.test('7.14 a key that was given up at the claim is not taken back by retry(id) either', async (f) => {
    const client = await f.client()
    const worker = await f.worker()
    const rule = uniqueRule('key', { while: 'queued' })
    const first = await again(client, rule)
    await worker.settle(fail(await worker.claimOne()))
    const second = await again(client, rule)
    assert.equal(second.outcome, 'created')
    assert.deepEqual(await client.store.retry([first.id]), ['done'])
    assert.equal((await again(client, rule)).id, second.id)
    assert.equal((await worker.claim({ start: 5 })).length, 2)
  })
}
