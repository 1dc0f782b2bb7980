import assert from 'node:assert/strict'
import { ids, newJob, newJobs, uniqueRule } from '../harness/jobs'
import { complete, fence, postpone, retry } from '../harness/outcomes'
import { theJob } from '../harness/port-client'
import type { Suite } from '../suite'

/** Rule 15, lost replies: a request that is sent again gets the first answer and does nothing twice. */
export function requests(suite: Suite): void {
  suite.test('15.1 an enqueue that is sent again stores nothing twice', async (f) => {
    const client = await f.client()
    const worker = await f.worker()
    const jobs = newJobs(3)
    const request = client.request()
    const first = await client.store.enqueue(request, jobs)
    const second = await client.store.enqueue(request, jobs)
    assert.deepEqual(second.jobs, first.jobs)
    assert.deepEqual(ids(await worker.claimAll()), ids(jobs))
  })

  suite.test('15.2 nor where the job has run and gone in between', async (f) => {
    const client = await f.client()
    const worker = await f.worker()
    const job = newJob()
    const request = client.request()
    await client.store.enqueue(request, [job])
    await worker.settle(complete(await worker.claimOne(), null, 0))
    assert.equal(await client.store.get(job.id), null)
    const again = await client.store.enqueue(request, [job])
    assert.deepEqual(again.jobs, [{ id: job.id, outcome: 'created' }])
    assert.equal(await client.store.get(job.id), null)
    assert.deepEqual(await worker.claim(), [])
  })

  suite.test('15.3 nor with unique keys, whose first answer stands', async (f) => {
    const client = await f.client()
    const worker = await f.worker()
    const jobs = [newJob({ unique: uniqueRule('a') }), newJob({ unique: uniqueRule('a') })]
    const request = client.request()
    const first = await client.store.enqueue(request, jobs)
    await worker.settle(complete(await worker.claimOne()))
    const second = await client.store.enqueue(request, jobs)
    assert.deepEqual(second.jobs, first.jobs)
    assert.deepEqual(await worker.claim(), [])
  })

  suite.test('15.4 requests of other clients and other numbers are requests of their own', async (f) => {
    const [one, two] = [await f.client(), await f.client()]
    await one.send([newJob()])
    await two.send([newJob()])
    await one.send([newJob()])
    assert.equal((await (await f.worker()).claimAll()).length, 3)
  })

  suite.test('15.5 one request sent twice at the same time happens once', async (f) => {
    const client = await f.client()
    const other = await f.another()
    for (let round = 0; round < 5; round++) {
      const jobs = newJobs(4)
      const request = client.request()
      const replies = await Promise.all([client.store.enqueue(request, jobs), other.enqueue(request, jobs)])
      assert.deepEqual(replies[0]?.jobs, replies[1]?.jobs)
    }
    assert.equal((await (await f.worker()).claimAll()).length, 20)
  })

  suite.test(
    '15.6 an exchange that is sent again answers the same jobs and settlements, and claims nothing more',
    async (f) => {
      const client = await f.client()
      const worker = await f.worker()
      const jobs = await client.enqueue(...newJobs(6))
      const [a, b] = await worker.claim({ start: 2 })
      assert.ok(a && b)
      const stale = { ...fence(b), run: 99 }
      const request = worker.request()
      const message = worker.message({
        settle: [complete(a, '"once"'), complete(stale)],
        report: [{ ...fence(b), progress: '5' }],
        claim: worker.wanted({ start: 1, reserve: 1 }),
      })
      const first = await client.store.exchange(request, message)
      const second = await client.store.exchange(request, message)
      assert.deepEqual(first.settled, [true, false])
      assert.deepEqual([second.settled, second.reported], [first.settled, first.reported])
      assert.deepEqual(second.claimed, first.claimed)
      assert.deepEqual(ids(first.claimed), ids(jobs.slice(2, 4)))
      assert.deepEqual(ids(await worker.claimAll()), ids(jobs.slice(4)))
      assert.equal((await theJob(client.store, a.id)).result, '"once"')
    },
  )

  suite.test('15.7 a retry that is sent again is charged and counted once', async (f) => {
    const client = await f.client()
    const worker = await f.worker()
    const [x, y] = await client.enqueue({}, {})
    assert.ok(x && y)
    const [a, b] = await worker.claim({ start: 2 })
    assert.ok(a && b)
    const request = worker.request()
    const message = worker.message({ settle: [retry(a), postpone(b)] })
    assert.deepEqual((await client.store.exchange(request, message)).settled, [true, true])
    assert.deepEqual((await client.store.exchange(request, message)).settled, [true, true])
    const [again, postponed] = [await theJob(client.store, a.id), await theJob(client.store, b.id)]
    assert.deepEqual([again.attempt, again.errors.length], [1, 1])
    assert.deepEqual([postponed.attempt, postponed.postpones], [0, 1])
  })

  suite.test('15.8 a repeated answer leaves out claimed jobs that are no longer in this claim’s hands', async (f) => {
    const client = await f.client()
    const worker = await f.worker()
    await client.enqueue({}, {}, {})
    const request = worker.request()
    const message = worker.message({ claim: worker.wanted({ start: 3 }) })
    const [a, b, c] = (await client.store.exchange(request, message)).claimed
    assert.ok(a && b && c)
    await worker.settle(complete(a), retry(c))
    const other = await f.worker()
    await other.claim({ start: 3 })
    const again = await client.store.exchange(request, message)
    assert.deepEqual(ids(again.claimed), [b.id])
  })

  suite.test('15.9 an exchange sent twice at the same time happens once', async (f) => {
    const client = await f.client()
    const other = await f.another()
    const worker = await f.worker()
    await client.enqueue(...newJobs(30))
    const taken: string[] = []
    for (let round = 0; round < 5; round++) {
      const request = worker.request()
      const message = worker.message({ claim: worker.wanted({ start: 3 }) })
      const replies = await Promise.all([client.store.exchange(request, message), other.exchange(request, message)])
      assert.deepEqual(new Set(ids(replies[0]?.claimed ?? [])), new Set(ids(replies[1]?.claimed ?? [])))
      taken.push(...ids(replies[0]?.claimed ?? []))
    }
    assert.equal(new Set(taken).size, 15)
    assert.equal((await worker.claimAll()).length, 15)
  })

  suite.test('15.10 a request takes a thousand jobs, in order', async (f) => {
    const client = await f.client()
    const worker = await f.worker()
    const jobs = newJobs(1_000)
    const reply = await client.send(jobs)
    assert.deepEqual(ids(reply.jobs), ids(jobs))
    assert.deepEqual(ids(await worker.claimAll({ start: 500 })), ids(jobs))
  })
}
