import assert from 'node:assert/strict'
import type { Jobs, LockSet } from '@jobs-worker/core'
import { withCode } from '../harness/expect'
import { until } from '../harness/wait'
import type { Suite } from '../suite'

const can = { locks: true }

/** What a set lists. */
const keysIn = (set: LockSet) => [...set].map(({ key }) => key)

const heldNow = async (jobs: Jobs) => (await jobs.locks.list()).map(({ key }) => key)

async function taken(jobs: Jobs, keys: readonly string[], options = {}): Promise<LockSet> {
  const set = await jobs.locks.acquire(keys, options)
  assert.ok(set !== null, `${keys} are not to be had`)
  return set
}

const BAD: readonly (readonly [what: string, field: RegExp, call: (jobs: Jobs) => Promise<unknown>])[] = [
  ['no keys', /keys/, (jobs) => jobs.locks.acquire([])],
  ['a key twice', /keys/, (jobs) => jobs.locks.acquire(['a', 'b', 'a'])],
  ['a key too long', /keys/, (jobs) => jobs.locks.acquire(['a'.repeat(201)])],
  ['an empty key', /keys/, (jobs) => jobs.locks.acquire([''])],
  ['a key with NUL', /keys/, (jobs) => jobs.locks.acquire(['a\0'])],
  ['no list', /keys/, (jobs) => jobs.locks.acquire('a' as unknown as string[])],
  ['a ttl of nothing', /ttl/, (jobs) => jobs.locks.acquire(['a'], { ttl: 0 })],
  ['a ttl below nothing', /ttl/, (jobs) => jobs.locks.acquire(['a'], { ttl: -1 })],
  ['a bad wait', /wait/, (jobs) => jobs.locks.acquire(['a'], { wait: 'soon' })],
  ['an owner without a name', /owner/, (jobs) => jobs.locks.acquire(['a'], { owner: '' })],
  ["an owner that passes for a job's run", /owner/, (jobs) => jobs.locks.acquire(['a'], { owner: 'job:1:1' })],
  ['an unknown option', /tll/, (jobs) => jobs.locks.acquire(['a'], { tll: 5 } as object)],
  ['a list without end', /limit/, (jobs) => jobs.locks.list({ limit: 0 })],
  ['no keys to release', /keys/, (jobs) => jobs.locks.release([])],
]

/** Rule 11: locks as users have them. */
export function locksInUse(suite: Suite): void {
  suite.test(
    '11.50 acquire gives a set that can be gone through, or null, and release frees it',
    async (f) => {
      const [jobs, elsewhere] = [await f.jobs(), await f.jobs()]
      const set = await taken(jobs, ['b', 'a'], { owner: 'import-17', ttl: '1m' })
      assert.deepEqual([keysIn(set), set.size, set.owner], [['a', 'b'], 2, 'import-17'])
      assert.equal(set.get('a')?.key, 'a')
      assert.equal(await elsewhere.locks.acquire(['a', 'c']), null)
      const [first] = await elsewhere.locks.list({ owner: 'import-17', limit: 1 })
      assert.deepEqual(
        [first?.key, first?.owner, first?.job, first?.fence],
        ['a', 'import-17', null, set.get('a')?.fence],
      )
      assert.ok(first?.expiresAt instanceof Date)
      await set.release()
      assert.deepEqual([set.size, await heldNow(elsewhere)], [0, []])
      await set.release()
    },
    can,
  )

  suite.test(
    "11.51 await using releases at the end of the scope, and without an owner no call shares another's locks",
    async (f) => {
      const jobs = await f.jobs()
      {
        await using held = await jobs.locks.acquire(['k'])
        assert.ok(held !== null)
        assert.equal(await jobs.locks.acquire(['k']), null)
      }
      await using again = await jobs.locks.acquire(['k'])
      assert.ok(again !== null)
      await using nothing = await jobs.locks.acquire(['k'])
      assert.equal(nothing, null)
    },
    can,
  )

  suite.test(
    '11.52 waiting ends as soon as the locks are released, in any process',
    async (f) => {
      const [jobs, elsewhere] = [await f.jobs(), await f.jobs()]
      const held = await taken(jobs, ['k', 'l'])
      const waiting = elsewhere.locks.acquire(['l', 'm'], { wait: '20s' })
      await new Promise((resolve) => setTimeout(resolve, 100))
      const begun = performance.now()
      await held.release()
      const set = await waiting
      assert.ok(set !== null)
      const elapsed = performance.now() - begun
      assert.ok(elapsed < 1_000, `${elapsed} ms`)
      assert.equal(await jobs.locks.acquire(['m'], { wait: 50 }), null)
    },
    can,
  )

  suite.test(
    '11.53 a wait can be called off',
    async (f) => {
      const jobs = await f.jobs()
      await taken(jobs, ['k'])
      const stop = new AbortController()
      const waiting = jobs.locks.acquire(['k'], { wait: '20s', signal: stop.signal })
      const refused = assert.rejects(waiting, /enough/)
      setTimeout(() => stop.abort(new Error('enough')), 30)
      await refused
    },
    can,
  )

  suite.test(
    '11.54 a set holds on for as long as its process lives',
    async (f) => {
      const jobs = await f.jobs()
      const set = await taken(jobs, ['k'], { ttl: 2_400 })
      const first = (await jobs.locks.list())[0]?.expiresAt?.getTime() as number
      await until('it was extended twice', async () => {
        const now = (await jobs.locks.list())[0]?.expiresAt?.getTime() as number
        return now > first + 900
      })
      assert.equal(set.signal.aborted, false)
    },
    can,
  )

  suite.test(
    "11.55 losing a lock aborts the set's signal, and tells which it was",
    async (f) => {
      const [jobs, elsewhere] = [await f.jobs(), await f.jobs()]
      const set = await taken(jobs, ['a', 'b'], { ttl: 2_400 })
      const aborted = new Promise((resolve) => set.signal.addEventListener('abort', resolve))
      assert.deepEqual(await elsewhere.locks.release(['b', 'none']), ['b'])
      await aborted
      withCode('JOBS_LOCK_LOST')(set.signal.reason)
      assert.match(set.signal.reason.message, /"b"/)
      assert.deepEqual([keysIn(set), await heldNow(jobs)], [['a'], ['a']])
    },
    can,
  )

  suite.test(
    '11.56 closing gives up what is held',
    async (f) => {
      const [jobs, elsewhere] = [await f.jobs(), await f.jobs()]
      await taken(jobs, ['k'], { owner: 'me' })
      await jobs.close()
      assert.deepEqual(await heldNow(elsewhere), [])
    },
    can,
  )

  suite.test(
    '11.57 bad input is refused before anything is asked of the store',
    async (f) => {
      const jobs = await f.jobs()
      for (const [what, field, call] of BAD) {
        await assert.rejects(
          call(jobs),
          (error: Error) => withCode('JOBS_INVALID')(error) && field.test(error.message),
          what,
        )
      }
      assert.deepEqual(await heldNow(jobs), [])
    },
    can,
  )

  suite.test(
    '11.58 an acquisition whose answer was lost is asked for again, and is one',
    async (f) => {
      const faulty = await f.faulty()
      const jobs = await f.jobs({}, faulty.store)
      await jobs.open()
      await faulty.loseNextReply()
      const set = await taken(jobs, ['lost-answer'])
      assert.deepEqual(await heldNow(jobs), ['lost-answer'])
      await set.release()
      assert.deepEqual(await heldNow(jobs), [])
    },
    { ...can, ways: ['faulty'] },
  )

  suite.test(
    '11.90 a store without locks refuses them',
    async (f) => {
      const jobs = await f.jobs()
      await assert.rejects(jobs.locks.acquire(['k']), withCode('JOBS_LOCKS_UNSUPPORTED'))
    },
    { locks: false },
  )

  ancestors(suite)
}

/** What the task processor on MongoDB did with its account locks. */
function ancestors(suite: Suite): void {
  suite.test(
    '11.80 task processor on MongoDB: account locks are all or nothing',
    async (f) => {
      const jobs = await f.jobs()
      await taken(jobs, ['account:B'], { owner: 'task-1' })
      assert.equal(await jobs.locks.acquire(['account:A', 'account:B'], { owner: 'task-2' }), null)
      assert.deepEqual(await heldNow(jobs), ['account:B'])
    },
    can,
  )

  suite.test(
    '11.81 task processor on MongoDB: the same task holding A and B that asks for B and C gets A, B and C',
    async (f) => {
      const jobs = await f.jobs()
      await taken(jobs, ['A', 'B'], { owner: 'task' })
      assert.deepEqual(keysIn(await taken(jobs, ['B', 'C'], { owner: 'task' })), ['A', 'B', 'C'])
    },
    can,
  )

  suite.test(
    '11.82 task processor on MongoDB: a failed attempt changes nothing that the task had',
    async (f) => {
      const jobs = await f.jobs()
      const mine = await taken(jobs, ['A', 'B'], { owner: 'task' })
      await taken(jobs, ['D'], { owner: 'other' })
      assert.equal(await jobs.locks.acquire(['B', 'C', 'D'], { owner: 'task' }), null)
      assert.deepEqual(
        [keysIn(mine), await heldNow(jobs)],
        [
          ['A', 'B'],
          ['A', 'B', 'D'],
        ],
      )
    },
    can,
  )

  suite.test(
    '11.83 task processor on MongoDB: five locks are listed, and released one by one',
    async (f) => {
      const jobs = await f.jobs()
      const set = await taken(jobs, ['1', '2', '3', '4', '5'], { owner: 'task' })
      const left = ['1', '2', '3', '4', '5']
      for (const lock of set) {
        assert.equal(await lock.release(), true)
        left.shift()
        assert.deepEqual(await heldNow(jobs), left)
        assert.equal(await lock.release(), false)
      }
      assert.equal(set.size, 0)
    },
    can,
  )

  suite.test(
    '11.84 task processor on MongoDB: the context manager releases at its end, also where its body throws',
    async (f) => {
      const jobs = await f.jobs()
      const body = async () => {
        await using held = await jobs.locks.acquire(['A'])
        assert.ok(held !== null)
        throw new Error('in the body')
      }
      await assert.rejects(body, /in the body/)
      assert.deepEqual(await heldNow(jobs), [])
    },
    can,
  )

  suite.test(
    '11.85 task processor on MongoDB: nested use, which was forbidden there, works',
    async (f) => {
      const jobs = await f.jobs()
      {
        await using outer = await jobs.locks.acquire(['A', 'B'], { owner: 'task' })
        assert.ok(outer !== null)
        {
          await using inner = await jobs.locks.acquire(['B', 'C'], { owner: 'task' })
          assert.deepEqual(inner && keysIn(inner), ['A', 'B', 'C'])
          assert.equal(await inner?.get('A')?.release(), false)
        }
        assert.deepEqual(await heldNow(jobs), ['A', 'B'])
      }
      assert.deepEqual(await heldNow(jobs), [])
    },
    can,
  )
}
