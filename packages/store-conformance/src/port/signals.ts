import assert from 'node:assert/strict'
import type { Hint, Signal, Store } from '@jobs-worker/core/store'
import type { Fixture } from '../harness/fixture'
import { newJob } from '../harness/jobs'
import { fail, release, retry } from '../harness/outcomes'
import { promoteAll } from '../harness/promote'
import { Signalled } from '../harness/wait'
import type { Suite } from '../suite'

/** A wake-up for this queue. */
async function wake(f: Fixture, store: Store, queue = 'default'): Promise<Signalled<Signal>> {
  const heard = new Signalled<Signal>()
  const unsubscribe = await store.subscribe((signal) => {
    if (signal.kind === 'wake' && (signal.queues === null || signal.queues.includes(queue))) heard.give(signal)
  })
  f.onDispose(unsubscribe)
  return heard
}

/** Rule 20, signals: wake-ups and hints. */
export function signals(suite: Suite): void {
  suite.test('20.20 an enqueued job wakes who listens, here and elsewhere', async (f) => {
    const client = await f.client()
    const other = await f.another()
    const [here, there] = [await wake(f, client.store), await wake(f, other)]
    await client.one()
    await here.wait('the wake-up in the same store object')
    await there.wait('the wake-up in another store object')
  })

  suite.test('20.21 a job that becomes due, or due again, wakes', async (f) => {
    const client = await f.client()
    const other = await f.another()
    const worker = await f.worker()
    await client.one({ due: { delay: 30 } })
    const promoted = await wake(f, other)
    await promoteAll(client.store, 1)
    await promoted.wait('the wake-up of a promotion')
    const job = await worker.claimOne()
    const retried = await wake(f, other)
    await worker.settle(retry(job))
    await retried.wait('the wake-up of a retry')
    const again = await worker.claimOne()
    const released = await wake(f, other)
    await worker.settle(release(again))
    await released.wait('the wake-up of a release')
    await worker.settle(fail(await worker.claimOne()))
    const repeated = await wake(f, other)
    await client.store.retry([job.id])
    await repeated.wait('the wake-up of an administrator’s retry')
  })

  suite.test('20.22 hints reach the other store objects whole and in order', async (f) => {
    const store = await f.store()
    const other = await f.another()
    const hints: Hint[] = Array.from({ length: 30 }, (_, n) => ({
      type: n % 2 ? 'progress' : 'completed',
      id: newJob().id,
      task: `t ${n} "é`,
      queue: 'q',
      ...(n % 2 ? { data: JSON.stringify({ n, text: 'x'.repeat(500) }) } : {}),
    }))
    const seen: Hint[] = []
    const all = new Signalled<true>()
    f.onDispose(
      await other.subscribe((signal) => {
        if (signal.kind !== 'hints' || signal.origin !== 'me') return
        seen.push(...signal.hints)
        if (seen.length >= hints.length) all.give(true)
      }),
    )
    await store.publish('me', hints)
    await all.wait('the hints')
    assert.deepEqual(seen, hints)
  })

  suite.test('20.23 replies tell whether somebody watches', async (f) => {
    const client = await f.client()
    const other = await f.another()
    const worker = await f.worker()
    assert.equal((await client.send([newJob()])).watched, false)
    assert.equal((await worker.exchange({ claim: worker.wanted() })).watched, false)
    await other.watch(60_000)
    assert.equal((await worker.beat()).watched, true)
    assert.equal((await worker.exchange({ claim: worker.wanted() })).watched, true)
    assert.equal((await client.send([newJob()])).watched, true)
  })

  suite.test('20.24 a listener that has left hears nothing more', async (f) => {
    const client = await f.client()
    let heard = 0
    const leave = await client.store.subscribe(() => {
      heard++
    })
    await leave()
    const other = await wake(f, client.store)
    await client.one()
    await other.wait('the wake-up of who still listens')
    assert.equal(heard, 0)
  })
}
