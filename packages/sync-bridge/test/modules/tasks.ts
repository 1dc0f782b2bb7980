import { defineTask, PermanentError } from '@jobs-worker/core'
import { z } from 'zod'

const thread = { isolation: 'thread', module: import.meta.url } as const

const retry = { strategy: 'constant', delay: 1 } as const

function spin(ms: number): void {
  const end = performance.now() + ms
  while (performance.now() < end);
}

export const square = defineTask({
  ...thread,
  name: 'square',
  input: z.object({ n: z.number(), on: z.coerce.date() }),
  run: ({ n, on }, ctx) => ({ square: n * n, year: on.getUTCFullYear(), task: ctx.job.task, attempt: ctx.attempt }),
})

export const spinning = defineTask({
  ...thread,
  name: 'spinning',
  run: ({ ms }: { ms: number }, ctx) => {
    spin(ms)
    return ctx.run
  },
})

export const chatty = defineTask({
  ...thread,
  name: 'chatty',
  run: (_input: undefined, ctx) => {
    ctx.setMeta({ started: true })
    for (let i = 1; i <= 5; i++) ctx.progress({ done: i })
    ctx.setMeta({ host: 'thread' })
    ctx.log.info(`half of ${ctx.job.id}`)
    ctx.log.warn('careful')
    return 'said'
  },
})

export const later = defineTask({
  ...thread,
  name: 'later',
  run: (_input: undefined, ctx) => (ctx.job.postpones === 0 ? ctx.postpone(1) : 'now'),
})

export const fails = defineTask({
  ...thread,
  name: 'fails',
  retry,
  maxAttempts: 2,
  run: ({ how }: { how: 'permanent' | 'range' | 'exit' | 'crash' | 'progress' }, ctx) => {
    if (how === 'permanent') throw new PermanentError('never again')
    if (how === 'range') throw Object.assign(new RangeError('out of range'), { code: 'E_RANGE' })
    if (how === 'exit') process.exit(9)
    if (how === 'crash') {
      process.kill(process.pid, 'SIGSEGV')
      for (;;);
    }
    ctx.progress(10n)
  },
})

export const endless = defineTask({
  ...thread,
  name: 'endless',
  maxAttempts: 1,
  timeout: 100,
  run: () => {
    for (;;);
  },
})

export const listensInALoop = defineTask({
  ...thread,
  name: 'listens-in-a-loop',
  run: (_input: undefined, { signal, progress }) => {
    progress('looping')
    while (!signal.aborted);
    throw new Error(`stopped: ${(signal.reason as Error).name}`)
  },
})

export const listensToEvents = defineTask({
  ...thread,
  name: 'listens-to-events',
  run: async (_input: undefined, { signal, progress, setMeta }) => {
    progress('waiting')
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
    setMeta({ reason: (signal.reason as Error).name })
    return 'cleaned up'
  },
})

export const wantsJobs = defineTask({
  ...thread,
  name: 'wants-jobs',
  maxAttempts: 1,
  run: (_input: undefined, ctx) => ctx.jobs.enqueue('other'),
})

export const locking = defineTask({
  ...thread,
  name: 'locking',
  maxAttempts: 1,
  locks: () => ['task'],
  run: async (_input: undefined, { locks, run, signal }) => {
    const keys = async () => (await locks.list()).map(({ key }) => key)
    const outer = await locks.acquire(['outer', 'both'])
    const inner = await locks.acquire(['inner', 'both'])
    if (outer === null || inner === null) throw new Error('not acquired')
    const all = [...inner].map(({ key }) => key)
    const notItsOwn = await inner.get('task')?.release()
    const alone = await inner.get('inner')?.release()
    await inner.release()
    const before = await keys()
    const { size } = inner
    await outer[Symbol.asyncDispose]()
    const job = (await locks.list())[0]?.job
    return { all, notItsOwn, alone, before, size, after: await keys(), job, run, same: outer.signal === signal }
  },
})

type Wish = { keys: string[]; wait?: string; abort?: boolean }

export const wantsLocks = defineTask({
  ...thread,
  name: 'wants-locks',
  maxAttempts: 1,
  run: async ({ keys, wait = '0s', abort = false }: Wish, { locks, progress }) => {
    const controller = new AbortController()
    progress('asking')
    const asked = locks.acquire(keys, { wait, ...(abort ? { signal: controller.signal } : {}) })
    if (abort) controller.abort(new RangeError('changed my mind'))
    const held = await asked
    return held && [...held].map(({ key, fence }) => [key, fence > 0])
  },
})

// Not exported: no thread can find it.
const hidden = defineTask({ ...thread, name: 'hidden', maxAttempts: 1, run: () => 1 })

export const tasks = () => [
  square,
  spinning,
  chatty,
  later,
  fails,
  endless,
  listensInALoop,
  listensToEvents,
  wantsJobs,
  locking,
  wantsLocks,
  hidden,
]
