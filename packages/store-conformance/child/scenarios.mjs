import { mkdirSync, rmdirSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { createJobs, defineTask } from '@jobs-worker/core'

const QUIET = { debug() {}, info() {}, warn() {}, error() {} }

const never = () => new Promise(() => undefined)

function tasksThat(tell) {
  return [
    defineTask({ name: 'quick', run: () => 'quick' }),
    defineTask({
      name: 'hang',
      run: (_, ctx) => {
        tell('started', ctx.job.id)
        return never()
      },
    }),
    defineTask({
      name: 'finish-when-told',
      run: async (_, ctx) => {
        const aborted = new Promise((resolve) => ctx.signal.addEventListener('abort', resolve))
        tell('started', ctx.job.id)
        await aborted
        tell('aborted', ctx.signal.reason.code)
        return 'by the first'
      },
    }),
    // The ledger is a directory, and in it one for each key that a run holds: the file system lets no two make the same.
    defineTask({
      name: 'ledger',
      locks: ({ keys }) => keys,
      async run({ ledger, keys }) {
        for (const key of keys) mkdirSync(`${ledger}/${key}`)
        await sleep(Math.random() * 4)
        for (const key of keys) rmdirSync(`${ledger}/${key}`)
      },
    }),
  ]
}

/** Another id, of the same queue. */
const renumbered = (id, number) => id.slice(0, 24) + number.toString(16).padStart(8, '0') + id.slice(32)

/** What a child process can be asked for beside single calls of its store. */
export const scenarios = {
  /** Enqueues for ever, request by request, and tells which ids were acknowledged. */
  async enqueueForEver({ store, tell }, client, jobs) {
    for (let number = 1; ; number++) {
      const next = jobs.map((job) => ({ ...job, id: renumbered(job.id, number) }))
      await store.enqueue({ client, number }, next)
      tell(
        'acknowledged',
        next.map((job) => job.id),
      )
    }
  },

  /** Claims and completes for ever, and tells which completions were acknowledged. */
  async drainForEver({ store, tell }, worker) {
    await store.register(worker)
    let settle = []
    for (let number = 1; ; number++) {
      const claim = {
        id: crypto.randomUUID(),
        queues: worker.queues.map((name) => ({ name, limit: 3 })),
        lanes: worker.lanes,
        start: 3,
        reserve: 0,
        maxBytes: 1 << 20,
      }
      const request = { client: worker.instance, number }
      const reply = await store.exchange(request, { instance: worker.instance, settle, start: [], report: [], claim })
      tell(
        'settled',
        settle.filter((_, index) => reply.settled[index]).map((outcome) => outcome.id),
      )
      settle = reply.claimed.map(({ id, run, claim: held }) => ({
        id,
        run,
        claim: held,
        ranFor: 0,
        kind: 'complete',
        result: '"done"',
        keep: 3_600_000,
      }))
    }
  },

  /** A worker as users make it, on tasks that tell what happens to them. */
  async work({ store, tell }, options) {
    const jobs = createJobs({ store, log: QUIET, tasks: tasksThat(tell) })
    await jobs.worker(options).start()
    tell('ready', true)
  },

  /**
   * Schedules for ever, by a clock that is wrong by so many ms.
   * @param stopBefore where it dies: 'fire' tells of its first decision, and never carries it out
   */
  async schedule({ store, tell }, { wrongBy = 0, stopBefore = '' }) {
    const now = Date.now
    Date.now = () => now() + wrongBy
    if (stopBefore === 'fire') {
      store.schedules.fire = (firings) => {
        tell('decided', firings.length)
        return never()
      }
    }
    const jobs = createJobs({ store, log: QUIET })
    process.once('SIGTERM', () => void jobs.close().finally(() => process.exit(0)))
    await jobs.scheduler({ pollInterval: 20 }).start()
    tell('ready', true)
  },

  /** Schedules, stops, and lets go of everything: the process must end by itself. */
  async scheduleAndLeave({ store }) {
    const jobs = createJobs({ store, log: QUIET })
    const scheduler = jobs.scheduler({ pollInterval: '1h' })
    await jobs.schedules.upsert('pulse', { task: 'any', every: 100 })
    await scheduler.start()
    await scheduler.stop()
    await jobs.close()
    setImmediate(() => process.channel?.unref())
  },

  /** Works, closes and lets go of everything: the process must end by itself. */
  async closeAndLeave({ store, tell }) {
    const jobs = createJobs({ store, log: QUIET, tasks: tasksThat(tell) })
    const job = await jobs.enqueue('quick')
    jobs.on('completed', () => undefined)
    await jobs.worker().start()
    await job.result()
    await jobs.close()
    // Its channel to the parent is no timer, listener or connection of ours.
    setImmediate(() => process.channel?.unref())
  },
}
