import assert from 'node:assert/strict'
import { defineTask, LeaseExpiredError, StoppedError, WorkerIdTakenError } from '@jobs-worker/core'
import { inState, theirJob, withCode } from '../harness/expect'
import { intercepted } from '../harness/intercept'
import { recorder } from '../harness/logger'
import { recoverAll } from '../harness/recover'
import { Signalled, until } from '../harness/wait'
import type { Suite } from '../suite'

/** Rules 1 and 3, with workers. */
export function shutdown(suite: Suite): void {
  suite.test('1.50 a handler whose lease was taken hears it, and what it does counts no more', async (f) => {
    const first = new Signalled<AbortSignal>()
    const told = new Signalled<unknown>()
    const second = new Signalled<true>()
    const silent = { beats: false, exchanges: false }
    const task = defineTask({
      name: 'long',
      async run(_: undefined, ctx) {
        if (ctx.run > 1) {
          second.give(true)
          return 'right'
        }
        ctx.signal.addEventListener('abort', () => told.give(ctx.signal.reason))
        first.give(ctx.signal)
        await told.wait('the abort')
        await second.wait('the second run')
        return 'late'
      },
    })
    const store = await f.another()
    const mayBeHeard = (what: keyof typeof silent) => until(`its ${what} get out`, async () => !silent[what], 20_000)
    const mute = intercepted(store, {
      // A process that is stalled: neither its beats nor its claims and outcomes get out.
      extend: async (...call) => {
        await mayBeHeard('beats')
        return store.extend(...call)
      },
      exchange: async (...call) => {
        await mayBeHeard('exchanges')
        return store.exchange(...call)
      },
    })
    const stalled = await f.jobs({ tasks: [task] }, mute)
    const worker = stalled.worker({ lease: 1_000, beat: 100 })
    await worker.start()
    const job = await stalled.enqueue(task)
    await first.wait('the first run')
    Object.assign(silent, { beats: true, exchanges: true })
    const heir = await f.jobs({ tasks: [task] })
    await recoverAll(await f.store(), 1)
    silent.beats = false
    assert.equal(((await told.wait('the abort')) as { code?: string }).code, 'JOBS_LEASE_LOST')
    const stopped = worker.stop({ timeout: 0 })
    await heir.worker().start()
    assert.equal(await job.result({ timeout: '5s' }), 'right')
    silent.exchanges = false
    await stopped
    const ended = await theirJob(heir, job.id)
    assert.deepEqual([ended.run, ended.attempt, ended.errors.length], [2, 2, 1])
    assert.equal(ended.errors[0]?.code, 'JOBS_LEASE_EXPIRED')
  })

  suite.test('3.50 stop waits for what runs, claims nothing more and gives back what was prefetched', async (f) => {
    const began = new Signalled<true>()
    const go = new Signalled<true>()
    const task = defineTask({
      name: 'work',
      async run() {
        began.give(true)
        await go.wait('the go')
        return 'done'
      },
    })
    const jobs = await f.jobs({ tasks: [task] })
    const sent = await jobs.enqueueMany(task, Array(6).fill(undefined))
    const worker = jobs.worker({ concurrency: 1, prefetchMin: 3, prefetchMax: 5 })
    await worker.start()
    await began.wait('the first job')
    assert.equal(worker.isRunning, true)
    const stopped = worker.stop()
    const other = await f.jobs({ tasks: [task] })
    const hand = other.worker()
    const claimed = await until('what was prefetched is back', () => hand.claimNext())
    assert.equal(claimed.job.id, sent[1]?.id)
    go.give(true)
    await stopped
    assert.equal(worker.isRunning, false)
    assert.deepEqual(worker.running, [])
    assert.equal(await sent[0]?.result(), 'done')
    assert.equal((await theirJob(jobs, sent[2]?.id as string)).attempt, 0)
  })

  suite.test('3.51 a stop with a timeout aborts what runs; it returns at once and costs no attempt', async (f) => {
    const began = new Signalled<true>()
    const reason = new Signalled<unknown>()
    const task = defineTask({
      name: 'endless',
      async run(_: undefined, ctx) {
        began.give(true)
        await new Promise<void>((_, reject) => {
          ctx.signal.addEventListener('abort', () => {
            reason.give(ctx.signal.reason)
            reject(ctx.signal.reason)
          })
        })
      },
    })
    const jobs = await f.jobs({ tasks: [task] })
    const { id } = await jobs.enqueue(task)
    const worker = jobs.worker()
    await worker.start()
    await began.wait('the run')
    await worker.stop({ timeout: 20 })
    assert.ok((await reason.wait('the reason')) instanceof StoppedError)
    const job = await theirJob(jobs, id)
    assert.deepEqual([job.state, job.attempt, job.run, job.errors.length, job.worker], ['queued', 0, 1, 0, null])
  })

  suite.test('3.52 stop finishes what completes within its timeout', async (f) => {
    const began = new Signalled<true>()
    const task = defineTask({
      name: 'finishes',
      async run(_: undefined, ctx) {
        began.give(true)
        await new Promise((resolve) => ctx.signal.addEventListener('abort', resolve))
        return 'finished all the same'
      },
    })
    const jobs = await f.jobs({ tasks: [task] })
    const job = await jobs.enqueue(task)
    const worker = jobs.worker()
    await worker.start()
    await began.wait('the run')
    await worker.stop({ timeout: 10 })
    assert.equal(await job.result(), 'finished all the same')
  })

  suite.test('3.53 a worker refuses to start under the id of one that lives', async (f) => {
    const jobs = await f.jobs()
    const other = await f.jobs()
    await jobs.worker({ id: 'W' }).start()
    await assert.rejects(other.worker({ id: 'W' }).start(), (error) => {
      assert.ok(error instanceof WorkerIdTakenError)
      return withCode('JOBS_WORKER_ID_TAKEN')(error)
    })
  })

  suite.test('3.57 where a holder is not proven dead its id is free after three missed beats', async (f) => {
    const holder = await f.worker({ id: 'W', lanes: ['left'], host: 'another-machine' })
    const task = defineTask({ name: 'left', run: () => 'taken over' })
    const jobs = await f.jobs({ tasks: [task] })
    const job = await jobs.enqueue(task)
    await holder.claimOne()
    const before = performance.now()
    const successor = jobs.worker({ id: 'W', beat: 200 })
    await successor.start()
    const waited = performance.now() - before
    assert.ok(waited > 300, `took over after ${waited} ms`)
    assert.equal(await job.result({ timeout: '8s' }), 'taken over')
  })

  suite.test('3.58 where the holder beats meanwhile the newcomer refuses to start', async (f) => {
    const holder = await f.worker({ id: 'W', host: 'another-machine' })
    const beating = setInterval(() => void holder.beat().catch(() => undefined), 50)
    f.onDispose(async () => clearInterval(beating))
    const jobs = await f.jobs()
    await assert.rejects(jobs.worker({ id: 'W', beat: 500 }).start(), withCode('JOBS_WORKER_ID_TAKEN'))
    assert.equal((await holder.beat()).registered, true)
  })

  suite.test('3.54 LeaseExpiredError is retried whatever retry.on covers', async (f) => {
    const task = defineTask({ name: 'picky', retry: { on: ['NothingLikeIt'] }, run: () => 'second time' })
    const jobs = await f.jobs({ tasks: [task] })
    const job = await jobs.enqueue(task)
    const dead = await f.worker({ lanes: ['picky'], leaseMs: 50 })
    await dead.claimOne()
    await until('another worker has it', async () => {
      await recoverAll(await f.store(), 1)
      return true
    })
    await jobs.worker().drain()
    assert.equal(await job.result(), 'second time')
    const [error] = (await theirJob(jobs, job.id)).errors
    assert.deepEqual([error?.name, error?.code, error?.attempt], [LeaseExpiredError.name, 'JOBS_LEASE_EXPIRED', 1])
  })

  suite.test('3.55 a running worker recovers the jobs of dead ones by itself', async (f) => {
    const task = defineTask({ name: 'orphan', run: () => 'adopted' })
    const jobs = await f.jobs({ tasks: [task] })
    const job = await jobs.enqueue(task)
    const dead = await f.worker({ lanes: ['orphan'], leaseMs: 50 })
    await dead.claimOne()
    await jobs.worker().start()
    assert.equal(await job.result({ timeout: '10s' }), 'adopted')
  })

  suite.test('3.56 a worker says in the log that it starts, what it processes and that it stops', async (f) => {
    const log = recorder()
    const task = defineTask({ name: 'logged', run: () => undefined })
    const jobs = await f.jobs({ tasks: [task], log })
    const worker = jobs.worker({ id: 'WORKER-1' })
    await worker.start()
    const job = await jobs.enqueue(task)
    await job.result({ timeout: '5s' })
    await worker.stop()
    assert.deepEqual(log.lines, [
      "info: worker 'WORKER-1' started",
      `info: worker 'WORKER-1' processing job ${job.id}`,
      "info: worker 'WORKER-1' stopped",
    ])
  })

  suite.test(
    '3.60 a successor takes the jobs of a killed process over at once, under its id',
    async (f) => {
      const child = await f.child()
      const jobs = await f.jobs()
      const job = await jobs.enqueue('hang')
      void child.run('work', { id: 'W', lease: '30s' }).catch(() => undefined)
      await child.told('started')
      await child.kill()
      const task = defineTask({ name: 'hang', run: () => 'taken over' })
      jobs.addTask(task)
      const before = performance.now()
      await jobs.worker({ id: 'W' }).start()
      assert.equal(await job.result({ timeout: '10s' }), 'taken over')
      assert.ok(performance.now() - before < 8_000)
      const ended = await theirJob(jobs, job.id)
      assert.deepEqual([ended.attempt, ended.errors[0]?.code], [2, 'JOBS_LEASE_EXPIRED'])
    },
    { processes: 'many', ways: ['child'], timeout: 30_000 },
  )

  suite.test(
    '3.61 a process that stood still for longer than its lease has lost its job and cannot settle it',
    async (f) => {
      const child = await f.child()
      const jobs = await f.jobs()
      const job = await jobs.enqueue('finish-when-told')
      void child.run('work', { id: 'frozen', lease: '1s', beat: 100 }).catch(() => undefined)
      await child.told('started')
      process.kill(child.pid, 'SIGSTOP')
      await recoverAll(await f.store(), 1)
      jobs.addTask(defineTask({ name: 'finish-when-told', run: () => 'by the second' }))
      const worker = jobs.worker()
      await worker.drain()
      assert.equal(await job.result({ timeout: '5s' }), 'by the second')
      process.kill(child.pid, 'SIGCONT')
      assert.equal(await child.told('aborted'), 'JOBS_LEASE_LOST')
      const ended = await inState(jobs, job.id, 'completed')
      assert.deepEqual([ended.result, ended.run], ['by the second', 2])
    },
    { processes: 'many', ways: ['child'], timeout: 30_000 },
  )

  suite.test(
    '3.62 after close nothing keeps the process alive',
    async (f) => {
      const child = await f.child()
      await child.run('closeAndLeave')
      assert.deepEqual(await child.exited(5_000), { code: 0, signal: null })
    },
    { processes: 'many', ways: ['child'], timeout: 20_000 },
  )
}
