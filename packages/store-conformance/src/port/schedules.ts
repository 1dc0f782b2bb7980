import assert from 'node:assert/strict'
import type { Store } from '@jobs-worker/core/store'
import { newJob, uniqueRule } from '../harness/jobs'
import { PortClient, theJob } from '../harness/port-client'
import { firing, newSchedule, theSchedule } from '../harness/schedules'
import { until } from '../harness/wait'
import type { Suite } from '../suite'

const LIMIT = 1_000
const BYTES = 8 << 20

/** Rule 13 at the port: taking and firing. */
export function schedules(suite: Suite): void {
  suite.test('13.1 a schedule is stored as it was given, with its history still empty', async (f) => {
    const store = await f.store()
    const given = newSchedule({ name: 'über "alles" {}', nextRunAt: 4_000_000_000_000, definition: '{"a":"\\u0000é"}' })
    const before = await store.schedules.clock()
    const made = await store.schedules.upsert(given)
    assert.deepEqual(await theSchedule(store, given.name), made)
    const { revision, epoch, createdAt, ...rest } = made
    assert.deepEqual(rest, { ...given, active: true, lastRunAt: null, lastJob: null, runs: 0 })
    assert.ok(epoch === revision && createdAt >= before && createdAt <= (await store.schedules.clock()))
    assert.equal(await store.schedules.get('another'), null)
  })

  suite.test('13.2 registering again keeps nextRunAt unless the timing changed, and history always', async (f) => {
    const store = await f.store()
    const time = await store.schedules.clock()
    await store.schedules.upsert(newSchedule({ nextRunAt: time }))
    const { due } = await store.schedules.take(LIMIT, BYTES)
    await store.schedules.fire(due.map((schedule) => firing(schedule)))
    const fired = await theSchedule(store)
    assert.deepEqual([fired.nextRunAt, fired.lastRunAt, fired.runs], [time + 60_000, time, 1])
    const same = await store.schedules.upsert(newSchedule({ definition: '{"new":1}', nextRunAt: 5, active: false }))
    assert.deepEqual(
      [same.nextRunAt, same.epoch, same.lastJob, same.runs, same.active, same.definition],
      [fired.nextRunAt, fired.epoch, fired.lastJob, 1, false, '{"new":1}'],
    )
    const moved = await store.schedules.upsert(newSchedule({ timing: '{"every":2000}', nextRunAt: 5 }))
    assert.deepEqual([moved.nextRunAt, moved.lastJob, moved.runs, moved.active], [5, fired.lastJob, 1, false])
    assert.ok(moved.epoch > same.epoch && moved.revision > same.revision && same.revision > fired.revision)
  })

  suite.test('13.3 what is due and active is taken, the longest due first; the rest is announced', async (f) => {
    const store = await f.store()
    assert.deepEqual((await store.schedules.take(LIMIT, BYTES)).nextIn, null)
    const now = await store.schedules.clock()
    await store.schedules.upsert(newSchedule({ name: 'late', nextRunAt: now - 10 }))
    await store.schedules.upsert(newSchedule({ name: 'later', nextRunAt: now - 2_000 }))
    await store.schedules.upsert(newSchedule({ name: 'paused', nextRunAt: now - 10, active: false }))
    await store.schedules.upsert(newSchedule({ name: 'ended', nextRunAt: null }))
    await store.schedules.upsert(newSchedule({ name: 'to come', nextRunAt: now + 3_000 }))
    const taken = await store.schedules.take(LIMIT, BYTES)
    assert.deepEqual(
      taken.due.map(({ name }) => name),
      ['later', 'late'],
    )
    assert.deepEqual(taken.due[1], await theSchedule(store, 'late'))
    assert.ok(taken.now >= now)
    const { due, nextIn } = await store.schedules.take(LIMIT, BYTES)
    assert.deepEqual(due, [])
    assert.ok(nextIn !== null && nextIn <= 3_000 && nextIn > 1_000, `${nextIn}`)
  })

  suite.test(
    '13.4 what was taken and not fired goes to nobody until retryDelay has passed; its time stays',
    async (f) => {
      const store = await f.store()
      const time = await store.schedules.clock()
      await store.schedules.upsert(newSchedule({ nextRunAt: time, retryDelay: 400 }))
      const first = await store.schedules.take(LIMIT, BYTES)
      assert.equal(first.due.length, 1)
      const again = await until('it is taken again', async () => {
        const reply = await store.schedules.take(LIMIT, BYTES)
        if (reply.due.length > 0) return reply
        assert.equal((await theSchedule(store)).nextRunAt, time)
        return null
      })
      assert.ok(again.now >= first.now + 400, `after ${again.now - first.now} ms`)
      assert.equal(again.due[0]?.nextRunAt, time)
    },
  )

  suite.test('13.5 firing makes the job and moves on in one step', async (f) => {
    const store = await f.store()
    const time = await store.schedules.clock()
    await store.schedules.upsert(newSchedule({ nextRunAt: time }))
    const { due } = await store.schedules.take(LIMIT, BYTES)
    const decided = due.map((schedule) => firing(schedule, { input: '{"n":1}' }))
    const { fired } = await store.schedules.fire(decided)
    const id = decided[0]?.jobs[0]?.job.id as string
    assert.deepEqual(fired, [{ stale: false, jobs: [{ id, outcome: 'created' }] }])
    const job = await theJob(store, id)
    assert.deepEqual([job.schedule, job.dueAt, job.state, job.input], ['schedule', time, 'queued', '{"n":1}'])
    const after = await theSchedule(store)
    assert.deepEqual([after.nextRunAt, after.lastRunAt, after.lastJob, after.runs], [time + 60_000, time, id, 1])
    assert.equal(after.revision, due[0]?.revision)
  })

  suite.test('13.6 several at once: each due schedule is taken by one', async (f) => {
    const stores = [await f.store(), await f.another(), await f.another(), await f.another()]
    const [store] = stores as [(typeof stores)[0]]
    const now = await store.schedules.clock()
    for (let i = 0; i < 40; i++) await store.schedules.upsert(newSchedule({ name: `s${i}`, nextRunAt: now }))
    const replies = await Promise.all(stores.map((one) => one.schedules.take(15, BYTES)))
    const names = replies.flatMap(({ due }) => due.map(({ name }) => name))
    assert.equal(new Set(names).size, names.length)
    assert.ok(replies.every(({ due }) => due.length <= 15))
    names.push(...(await store.schedules.take(LIMIT, BYTES)).due.map(({ name }) => name))
    assert.equal(new Set(names).size, 40)
  })

  suite.test('13.7 one decision fired by many at once, and again later, makes one job', async (f) => {
    const stores = [await f.store(), await f.another(), await f.another()]
    const [store] = stores as [(typeof stores)[0]]
    await store.schedules.upsert(newSchedule({ nextRunAt: await store.schedules.clock() }))
    const { due } = await store.schedules.take(LIMIT, BYTES)
    const decided = due.map((schedule) => firing(schedule))
    const replies = await Promise.all(stores.map((one) => one.schedules.fire(decided)))
    assert.equal(replies.filter(({ fired }) => fired[0]?.stale === false && fired[0].jobs.length === 1).length, 1)
    const [only] = (await store.list({ limit: 10 })).jobs
    // Nor does it come back where it has gone.
    await store.remove([only?.id as string])
    await store.schedules.fire(decided)
    assert.deepEqual((await store.list({ limit: 10 })).jobs, [])
    assert.equal((await theSchedule(store)).runs, 1)
  })

  const changes: Readonly<Record<string, (store: Store) => Promise<unknown>>> = {
    paused: async (store) =>
      store.schedules.change('schedule', { revision: (await theSchedule(store)).revision, active: false }),
    rescheduled: async (store) =>
      store.schedules.change('schedule', { revision: (await theSchedule(store)).revision, nextRunAt: 1_000 }),
    changed: (store) => store.schedules.upsert(newSchedule({ definition: '{"new":1}', nextRunAt: 1 })),
    'moved to another queue': (store) => store.schedules.upsert(newSchedule({ queue: 'elsewhere', nextRunAt: 1 })),
    removed: (store) => store.schedules.remove('schedule'),
    'removed and made again': async (store) => {
      await store.schedules.remove('schedule')
      await store.schedules.upsert(newSchedule({ nextRunAt: 1_000 }))
    },
  }
  for (const [what, change] of Object.entries(changes)) {
    suite.test(`13.8 a decision on a schedule that was ${what} meanwhile makes no job`, async (f) => {
      const store = await f.store()
      await store.schedules.upsert(newSchedule({ nextRunAt: 1_000 }))
      const { due } = await store.schedules.take(LIMIT, BYTES)
      await change(store)
      const { fired } = await store.schedules.fire(due.map((schedule) => firing(schedule)))
      assert.deepEqual(fired, [{ stale: true }])
      assert.deepEqual((await store.list({ limit: 10 })).jobs, [])
      assert.equal((await store.schedules.get('schedule'))?.runs ?? 0, 0)
      const again = await store.schedules.take(LIMIT, BYTES)
      const ready = again.due.map((schedule) => firing(schedule))
      assert.equal(ready.length, what === 'paused' || what === 'removed' ? 0 : 1)
      const reply = await store.schedules.fire(ready)
      assert.ok(reply.fired.every(({ stale }) => !stale))
      assert.equal((await store.list({ limit: 10 })).jobs.length, ready.length)
    })
  }

  suite.test('13.9 one stale firing keeps none of the others back', async (f) => {
    const store = await f.store()
    const names = ['a', 'b', 'c', 'd']
    for (const name of names) {
      await store.schedules.upsert(newSchedule({ name, nextRunAt: 1_000, queue: name < 'c' ? 'one' : 'two' }))
    }
    const { due } = await store.schedules.take(LIMIT, BYTES)
    await store.schedules.remove('b')
    await store.schedules.upsert(newSchedule({ name: 'd', timing: '{"every":7}', nextRunAt: null, queue: 'two' }))
    const decided = due.map((schedule) => firing(schedule)).sort((x, y) => (x.name < y.name ? -1 : 1))
    const { fired } = await store.schedules.fire(decided)
    assert.deepEqual(
      fired.map(({ stale }) => stale),
      [false, true, false, true],
    )
    const { jobs } = await store.list({ limit: 10 })
    assert.deepEqual(jobs.map(({ schedule }) => schedule).sort(), ['a', 'c'])
  })

  suite.test(
    '13.10 a unique job that is alive counts as done: the time is fired, and lastJob is the holder',
    async (f) => {
      const store = await f.store()
      const holder = await new PortClient(store).one({ unique: uniqueRule('key') })
      await store.schedules.upsert(newSchedule({ nextRunAt: 1_000 }))
      const { due } = await store.schedules.take(LIMIT, BYTES)
      const { fired } = await store.schedules.fire(due.map((one) => firing(one, { unique: uniqueRule('key') })))
      assert.deepEqual(fired, [{ stale: false, jobs: [{ id: holder.id, outcome: 'existing' }] }])
      const { lastJob, nextRunAt, runs } = await theSchedule(store)
      assert.deepEqual([lastJob, nextRunAt, runs], [holder.id, 61_000, 1])
      assert.equal((await store.list({ limit: 10 })).jobs.length, 1)
    },
  )

  suite.test('13.11 several missed times are fired in one step; none, where they are skipped', async (f) => {
    const store = await f.store()
    await store.schedules.upsert(newSchedule({ nextRunAt: 1_000 }))
    await store.schedules.upsert(newSchedule({ name: 'skipping', nextRunAt: 1_000 }))
    const { due } = await store.schedules.take(LIMIT, BYTES)
    const decided = due.map((schedule) => {
      const one = firing(schedule)
      if (schedule.name === 'skipping') return { ...one, jobs: [] }
      const times = [1_000, 2_000, 3_000]
      return { ...one, jobs: times.map((time) => ({ time, job: newJob({ due: { at: time }, schedule: 'schedule' }) })) }
    })
    await store.schedules.fire(decided)
    assert.deepEqual((await store.list({ limit: 10 })).jobs.map(({ dueAt }) => dueAt).sort(), [1_000, 2_000, 3_000])
    const [all, none] = [await theSchedule(store), await theSchedule(store, 'skipping')]
    assert.deepEqual([all.runs, all.lastRunAt, all.nextRunAt], [3, 3_000, 61_000])
    assert.deepEqual([none.runs, none.lastRunAt, none.lastJob, none.nextRunAt], [0, null, null, 61_000])
  })

  suite.test('13.12 take ends at its limit and its bytes, but never before one', async (f) => {
    const store = await f.store()
    const definition = JSON.stringify('x'.repeat(1_000))
    for (const name of ['a', 'b', 'c', 'd'])
      await store.schedules.upsert(newSchedule({ name, definition, nextRunAt: 1 }))
    assert.equal((await store.schedules.take(LIMIT, 10)).due.length, 1)
    assert.equal((await store.schedules.take(1, BYTES)).due.length, 1)
    assert.equal((await store.schedules.take(LIMIT, BYTES)).due.length, 2)
  })

  suite.test('13.13 lists by name, page by page', async (f) => {
    const store = await f.store()
    assert.deepEqual(await store.schedules.list(3), { schedules: [], cursor: null })
    const names = Array.from({ length: 7 }, (_, i) => `name ${i}`)
    for (const name of [...names].reverse()) await store.schedules.upsert(newSchedule({ name }))
    const found: string[] = []
    let cursor: string | null | undefined
    for (let pages = 0; cursor !== null && pages < 10; pages++) {
      const page = await store.schedules.list(3, cursor)
      assert.ok(page.schedules.length <= 3)
      found.push(...page.schedules.map(({ name }) => name))
      cursor = page.cursor
    }
    assert.deepEqual(found, names)
    assert.equal(await store.schedules.remove('name 3'), true)
    assert.equal(await store.schedules.remove('name 3'), false)
    assert.deepEqual((await store.schedules.list(10)).schedules.length, 6)
  })

  suite.test('13.15 the queue of a schedule counts as used', async (f) => {
    const store = await f.store()
    await store.schedules.upsert(newSchedule({ queue: 'fed by a schedule' }))
    assert.deepEqual(
      (await store.queues()).map(({ name, paused }) => [name, paused]),
      [['fed by a schedule', false]],
    )
  })

  suite.test('13.14 a change is refused where another came first', async (f) => {
    const store = await f.store()
    const { revision } = await store.schedules.upsert(newSchedule({ nextRunAt: 1 }))
    const both = await Promise.all([
      store.schedules.change('schedule', { revision, active: false }),
      store.schedules.change('schedule', { revision, nextRunAt: 2 }),
    ])
    assert.deepEqual([...both].sort(), ['changed', 'stale'])
    assert.equal(await store.schedules.change('another', { revision, active: false }), 'unknown')
  })
}
