import assert from 'node:assert/strict'
import { ids, newJobs } from '../harness/jobs'
import { until } from '../harness/wait'
import type { Suite } from '../suite'

/** Rule 19: a worker takes only jobs of tasks that it has. */
export function lanes(suite: Suite): void {
  suite.test('19.1 a claim takes the lanes it names and no other', async (f) => {
    const client = await f.client()
    const worker = await f.worker({ lanes: ['mine', 'never-used'] })
    await client.enqueue(...newJobs(5, { task: 'theirs', priority: 1 }))
    const mine = await client.enqueue(...newJobs(2, { task: 'mine' }))
    await client.enqueue(...newJobs(5, { task: 'theirs' }))
    assert.deepEqual(ids(await worker.claimAll({ start: 3 })), ids(mine))
    assert.deepEqual(await worker.claim({ start: 5, lanes: [] }), [])
  })

  suite.test('19.2 what a worker does not have is neither claimed nor given back', async (f) => {
    const client = await f.client()
    const worker = await f.worker({ lanes: ['mine'] })
    const theirs = await client.enqueue(...newJobs(300, { task: 'theirs' }))
    const { id } = await client.one({ task: 'mine' })
    assert.deepEqual(ids(await worker.claim({ start: 5, reserve: 5 })), [id])
    for (const job of theirs.slice(0, 3)) assert.equal((await client.store.get(job.id))?.run, 0)
    const other = await f.worker({ lanes: ['theirs'] })
    assert.deepEqual(ids(await other.claimAll()), ids(theirs))
  })

  suite.test('19.3 a lane that appears while workers run is served', async (f) => {
    const client = await f.client()
    const worker = await f.worker({ lanes: ['a', 'b'] }, await f.another())
    await client.one({ task: 'a' })
    await worker.claim({ start: 5 })
    const late = await client.one({ task: 'b' })
    assert.deepEqual(ids(await worker.claim({ start: 5 })), [late.id])
    const newQueue = await client.one({ task: 'b', queue: 'new' })
    assert.deepEqual(ids(await worker.claim({ start: 5, queues: [{ name: 'new', limit: 5 }] })), [newQueue.id])
  })

  suite.test('19.4 lanes with waiting jobs that no live worker serves are told', async (f) => {
    const client = await f.client()
    const { store } = client
    const worker = await f.worker({ queues: ['q', 'r'], lanes: ['served', 'done'] })
    await client.enqueue({ queue: 'q', task: 'served' }, { queue: 'q', task: 'orphan' }, { queue: 'r', task: 'done' })
    await client.one({ queue: 'elsewhere', task: 'orphan' })
    await worker.claim({ start: 1, queues: [{ name: 'r', limit: 1 }] })
    const orphan = [{ queue: 'q', lane: 'orphan' }]
    assert.deepEqual(await store.unserved(['q', 'r']), orphan)
    const brief = await f.worker({ queues: ['q'], lanes: ['orphan'], leaseMs: 300 })
    assert.deepEqual(await store.unserved(['q', 'r']), [])
    await until('its lease has run out', async () => (await store.unserved(['q', 'r'])).length === 1)
    assert.deepEqual(await store.unserved(['q', 'r']), orphan)
    await brief.unregister()
  })

  suite.test('19.5 serving the queue with other tasks, or the task in another queue, is not serving', async (f) => {
    const client = await f.client()
    await f.worker({ queues: ['q'], lanes: ['other'] })
    await f.worker({ queues: ['other'], lanes: ['t'] })
    await client.one({ queue: 'q', task: 't' })
    assert.deepEqual(await client.store.unserved(['q']), [{ queue: 'q', lane: 't' }])
  })

  suite.test('19.6 names are taken as they are: quotes, colons, blanks, emoji, two hundred characters', async (f) => {
    const client = await f.client()
    const names = ['a:b', "o'hara", '"q"', '{x}', 'a b', '\u{1f600}é', '*', '%_', '\\', 'x'.repeat(200), '__proto__']
    for (const name of names) {
      const worker = await f.worker({ queues: [name], lanes: [name] })
      const { id } = await client.one({ queue: name, task: name })
      assert.deepEqual(ids(await worker.claim({ start: 5 })), [id], name)
      await client.store.pause(name)
      assert.deepEqual((await worker.beat()).paused, [name], name)
    }
    const listed = (await client.store.queues()).map((queue) => queue.name)
    assert.deepEqual(new Set(listed), new Set(names))
  })
}
