import assert from 'node:assert/strict'
import { ids, newJob, uniqueRule } from '../harness/jobs'
import { complete, retry } from '../harness/outcomes'
import { type PortClient, theJob } from '../harness/port-client'
import type { Suite } from '../suite'

const replace = uniqueRule('key', { onConflict: 'replace' })

async function send(client: PortClient, over: Parameters<typeof newJob>[0] = {}) {
  const job = newJob({ unique: replace, ...over })
  const [answer] = (await client.send([job])).jobs
  assert.ok(answer)
  return { sent: job.id, id: answer.id, outcome: answer.outcome }
}

/** Rule 7: replacing what has the key. */
export function replacing(suite: Suite): void {
  suite.test('7.20 replace gives the waiting job the new input and time; its id stays', async (f) => {
    const client = await f.client()
    const worker = await f.worker()
    const first = await send(client, { input: '1', due: { delay: 3_600_000 } })
    const second = await send(client, { input: '2', due: { delay: 7_200_000 } })
    assert.deepEqual([second.outcome, second.id], ['replaced', first.id])
    assert.equal(await client.store.get(second.sent), null)
    const later = await theJob(client.store, first.id)
    assert.deepEqual([later.input, later.state], ['2', 'scheduled'])
    assert.ok(later.dueAt - later.createdAt > 7_000_000)
    await send(client, { input: '3' })
    assert.equal((await theJob(client.store, first.id)).state, 'queued')
    assert.deepEqual(
      (await worker.claim({ start: 5 })).map(({ id, input }) => [id, input]),
      [[first.id, '3']],
    )
  })

  suite.test('7.21 a queued job that is replaced to a later time is scheduled', async (f) => {
    const client = await f.client()
    const worker = await f.worker()
    const first = await send(client)
    await send(client, { due: { delay: 3_600_000 } })
    assert.equal((await theJob(client.store, first.id)).state, 'scheduled')
    assert.deepEqual(await worker.claim(), [])
  })

  suite.test('7.22 replacing a running job leaves it alone: the key moves to a new job', async (f) => {
    const client = await f.client()
    const worker = await f.worker()
    const first = await send(client, { input: '1' })
    const running = await worker.claimOne()
    const second = await send(client, { input: '2' })
    assert.deepEqual([second.outcome, second.id], ['created', second.sent])
    assert.equal((await theJob(client.store, first.id)).input, '1')
    const third = await send(client, { input: '3' })
    assert.deepEqual([third.outcome, third.id], ['replaced', second.id])
    assert.deepEqual(await worker.settle(complete(running)), [true])
    const fourth = await send(client, { input: '4' })
    assert.deepEqual([fourth.outcome, fourth.id], ['replaced', second.id])
  })

  suite.test('7.23 a job whose key has moved on does not take it back by a retry', async (f) => {
    const client = await f.client()
    const worker = await f.worker()
    await send(client)
    const running = await worker.claimOne()
    const second = await send(client)
    await worker.settle(retry(running))
    const third = await send(client)
    assert.deepEqual([third.outcome, third.id], ['replaced', second.id])
    assert.equal((await worker.claim({ start: 5 })).length, 2)
  })

  suite.test('7.24 replacing a reserved job takes the reservation back', async (f) => {
    const client = await f.client()
    const worker = await f.worker()
    const first = await send(client, { input: '1' })
    const [reserved] = await worker.claim({ start: 0, reserve: 1 })
    assert.ok(reserved?.reserved)
    const second = await send(client, { input: '2' })
    assert.deepEqual([second.outcome, second.id], ['replaced', first.id])
    assert.equal(await worker.start(reserved), false)
    assert.deepEqual(await worker.settle(complete(reserved)), [false])
    assert.deepEqual((await worker.beat(reserved)).lost, [first.id])
    const [job] = await worker.claim({ start: 1 })
    assert.deepEqual([job?.id, job?.input, job?.attempt], [first.id, '2', 1])
  })

  suite.test('7.25 concurrent replacements leave one job, with the input of one of them', async (f) => {
    const clients = await Promise.all([1, 2, 3].map(async () => f.client(await f.another())))
    const worker = await f.worker()
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, n) => send(clients[n % 3] as PortClient, { input: `${n}` })),
    )
    assert.equal(new Set(answers.map(({ id }) => id)).size, 1)
    const claimed = await worker.claim({ start: 10 })
    assert.deepEqual(ids(claimed), [answers[0]?.id])
    assert.match(claimed[0]?.input ?? '', /^\d+$/)
  })
}
