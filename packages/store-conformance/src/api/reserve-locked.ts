import assert from 'node:assert/strict'
import { defineTask, type Jobs } from '@jobs-worker/core'
import { inState } from '../harness/expect'
import type { Fixture } from '../harness/fixture'
import { intercepted } from '../harness/intercept'
import { Signalled, until } from '../harness/wait'
import type { Suite } from '../suite'

const can = { locks: true }
const JOBS = 1_000

/**
 * A worker with one slot runs fast jobs, each with a lock of its own, until it has reserved some; then one of them is slow:
 * it ends when it is let.
 */
class Stalled {
  readonly slow = new Signalled<string>()
  readonly go = new Signalled<true>()
  readonly ran: string[] = []
  /** Ids of jobs that the worker has reserved and not begun. */
  readonly reserved = new Set<string>()
  #stalls = true
  readonly task = defineTask({
    name: 'own-lock',
    locks: (n: number) => [`own:${n}`],
    run: async (_: number, ctx) => {
      this.ran.push(ctx.job.id)
      this.reserved.delete(ctx.job.id)
      if (!this.#stalls || this.reserved.size < 2) return
      this.#stalls = false
      this.slow.give(ctx.job.id)
      await this.go.wait('the go')
    },
  })

  async start(f: Fixture): Promise<Jobs> {
    const store = await f.another()
    const watched = intercepted(store, {
      exchange: async (...call) => {
        const reply = await store.exchange(...call)
        for (const job of reply.claimed) if (job.reserved && job.locks.length > 0) this.reserved.add(job.id)
        return reply
      },
    })
    const jobs = await f.jobs({ tasks: [this.task] }, watched)
    await jobs.enqueueMany(
      this.task,
      Array.from({ length: JOBS }, (_, n) => n),
    )
    await jobs.worker({ concurrency: 1 }).start()
    return jobs
  }
}

/** Rule 12: jobs with locks that a worker has reserved. */
export function reservedAtWork(suite: Suite): void {
  suite.test(
    '12.62 fast jobs with locks are reserved, and given back while a slow one is in their way: another worker runs them',
    async (f) => {
      const stalled = new Stalled()
      const jobs = await stalled.start(f)
      const slow = await stalled.slow.wait('a slow job before reserved ones')
      const others = await f.jobs({ tasks: [stalled.task] })
      await others.worker().start()
      const done = async () => (await jobs.counts()).default?.completed === JOBS - 1
      await until('all others have run', done, 30_000)
      assert.deepEqual(
        (await jobs.locks.list()).map(({ job }) => job),
        [slow],
      )
      stalled.go.give(true)
      await inState(jobs, slow, 'completed')
      assert.equal(new Set(stalled.ran).size, JOBS)
    },
    { ...can, timeout: 60_000 },
  )

  suite.test(
    '12.63 a reserved job with locks that is cancelled never runs, and its locks go',
    async (f) => {
      const stalled = new Stalled()
      const jobs = await stalled.start(f)
      const slow = await stalled.slow.wait('a slow job before reserved ones')
      const [id] = stalled.reserved
      assert.ok(id !== undefined)
      await jobs.cancel(id)
      const cancelled = await inState(jobs, id, 'cancelled')
      assert.deepEqual([cancelled.attempt, cancelled.startedAt], [0, null])
      const held = (await jobs.locks.list()).map(({ job }) => job)
      assert.ok(held.includes(slow) && !held.includes(id))
      stalled.go.give(true)
      await until('the rest has run', async () => (await jobs.counts()).default?.completed === JOBS - 1, 30_000)
      assert.ok(!stalled.ran.includes(id))
    },
    { ...can, timeout: 60_000 },
  )

  suite.test(
    '12.64 jobs that share a lock run in order, whenever workers stop and give back what they reserved',
    async (f) => {
      const order = new Map<number, number[]>()
      let ran = 0
      const stopped = new Map<number, () => void>()
      const task = defineTask({
        name: 'in-order',
        locks: (n: number) => [`line:${n % 7}`],
        run: (n: number) => {
          order.set(n % 7, [...(order.get(n % 7) ?? []), n])
          stopped.get(++ran)?.()
        },
      })
      const jobs = await f.jobs({ tasks: [task] })
      await jobs.enqueueMany(
        task,
        Array.from({ length: 420 }, (_, n) => n),
      )
      for (const stopAt of [60, 120, 180, 240, 300, 360, 420]) {
        const worker = jobs.worker({ concurrency: 3 })
        const enough = new Promise<void>((resolve) => stopped.set(stopAt, resolve))
        await worker.start()
        await enough
        await worker.stop()
      }
      for (const [line, seen] of order) {
        assert.deepEqual(
          seen,
          Array.from({ length: 60 }, (_, n) => 7 * n + line),
        )
      }
    },
    { ...can, timeout: 60_000 },
  )
}
