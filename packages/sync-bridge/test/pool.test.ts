import { expect, test } from 'vitest'
import { SyncPool } from '../src/index'
import { processArgv, threadArgv } from '../src/pool/exec-argv'
import { eventually, flagSet, flags, rejection, testPool } from './pools'

const threadId = async () => (await import('node:worker_threads')).threadId

test('starts threads only when they are needed, and no more than it may', async () => {
  const pool = testPool({ threads: 3 })
  expect(pool.stats().threads).toBe(0)
  await pool.runSync(threadId)
  expect(pool.stats().threads).toBe(1)
  await Promise.all(
    Array.from({ length: 20 }, () =>
      pool.runSync(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5)),
    ),
  )
  expect(pool.stats().threads).toBe(3)
})

test('threads that were idle for long enough end, and come back', async () => {
  const pool = testPool({ threads: 2, idleTimeout: 50 })
  await Promise.all([pool.runSync(threadId), pool.runSync(threadId)])
  await eventually(() => pool.stats().threads === 0)
  expect(await pool.runSync(() => 'again')).toBe('again')
  expect(pool.stats()).toMatchObject({ lost: 0 })
})

test('a thread that is used is not idle', async () => {
  const pool = testPool({ threads: 1, idleTimeout: 50 })
  const first = await pool.runSync(threadId)
  const end = performance.now() + 300
  while (performance.now() < end) {
    expect(await pool.runSync(threadId)).toBe(first)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
})

test('a thread is replaced after so many calls, and no call is lost', async () => {
  const pool = testPool({ threads: 2, recycleAfter: 10 })
  const ids = await Promise.all(Array.from({ length: 100 }, () => pool.runSync(threadId)))
  await eventually(() => pool.stats().recycled >= 5)
  expect(new Set(ids).size).toBeGreaterThanOrEqual(5)
  // Each served at least ten: what a thread was sent and never began does not count.
  expect(pool.stats().recycled).toBeLessThanOrEqual(10)
  expect(pool.stats()).toMatchObject({ completed: 100, failed: 0, lost: 0 })
})

test('what a function left running goes on between calls', async () => {
  const pool = testPool({ threads: 1 })
  const ticks = flags()
  await pool.runSync((seen: Int32Array) => {
    setInterval(() => {
      Atomics.add(seen, 0, 1)
      Atomics.notify(seen, 0)
    }, 1)
  }, ticks)
  await flagSet(ticks, 0)
  await eventually(() => (ticks[0] as number) > 20)
  expect(await pool.runSync(() => 'meanwhile')).toBe('meanwhile')
})

test.each<[string, (seen: Int32Array) => unknown]>([
  [
    'a timer',
    (seen) => {
      setTimeout(() => Atomics.notify(seen, Atomics.store(seen, 0, 1) - 1), 5)
    },
  ],
  [
    'an immediate',
    (seen) => {
      setImmediate(() => Atomics.notify(seen, Atomics.store(seen, 0, 1) - 1))
    },
  ],
  [
    'a request',
    (seen) => {
      process.getBuiltinModule('node:fs').stat('.', () => Atomics.notify(seen, Atomics.store(seen, 0, 1) - 1))
    },
  ],
  [
    'a connection',
    (seen) => {
      const net = process.getBuiltinModule('node:net')
      const server = net.createServer((socket) => socket.end('hello'))
      server.listen(0, () => {
        const client = net.connect((server.address() as { port: number }).port)
        client.on('data', () => server.close(() => Atomics.notify(seen, Atomics.store(seen, 0, 1) - 1)))
      })
    },
  ],
])('%s that a function left behind goes on, also after calls that left nothing', async (_what, leave) => {
  const pool = testPool({ threads: 1 })
  for (let round = 0; round < 3; round++) {
    for (let i = 0; i < 5; i++) await pool.runSync((n: number) => n, i)
    const seen = flags()
    await pool.runSync(leave, seen)
    await flagSet(seen, 0)
  }
})

test('after calls that leave nothing behind nothing is looked for', async () => {
  const pool = testPool({ threads: 1 })
  const looks = flags()
  await pool.runSync((count: Int32Array) => {
    const look = process.getActiveResourcesInfo.bind(process)
    process.getActiveResourcesInfo = () => {
      Atomics.add(count, 0, 1)
      return look()
    }
  }, looks)
  const before = Atomics.load(looks, 0)
  for (let i = 0; i < 100; i++) await pool.runSync(async (n: number) => [n, await n], i)
  await Promise.all(Array.from({ length: 100 }, (_, i) => pool.runSync((n: number) => n, i)))
  // Compiling a function leaves nothing, but looks as if it might.
  expect(Atomics.load(looks, 0) - before).toBeLessThan(10)
  await pool.runSync(() => void setTimeout(() => {}, 5))
  expect(Atomics.load(looks, 0) - before).toBeGreaterThan(0)
})

test('close waits for the calls there are, and takes no more', async () => {
  const pool = new SyncPool({ threads: 1 })
  const calls = [1, 2, 3].map((n) => pool.runSync((x: number) => x, n))
  // The calls are on their way once their functions are parsed.
  await eventually(() => pool.stats().running + pool.stats().waiting > 0 || pool.stats().completed > 0)
  const closing = pool.close()
  expect(await Promise.all(calls)).toEqual([1, 2, 3])
  await closing
  expect(await rejection(pool.runSync(() => 1))).toMatchObject({ code: 'JOBS_POOL_CLOSED' })
  expect(pool.stats().threads).toBe(0)
})

test('close by force ends what runs', async () => {
  const pool = new SyncPool({ threads: 1 })
  const seen = flags()
  const running = rejection(
    pool.runSync((view: Int32Array) => {
      Atomics.store(view, 0, 1)
      Atomics.notify(view, 0)
      for (;;);
    }, seen),
  )
  await flagSet(seen, 0)
  const waiting = rejection(pool.runSync(threadId))
  await eventually(() => pool.stats().waiting === 1)
  await pool.close({ force: true })
  expect((await running).code).toBe('JOBS_POOL_CLOSED')
  expect((await waiting).code).toBe('JOBS_POOL_CLOSED')
})

test('threads that cannot start are an error, not a wait without end', async () => {
  const pool = new SyncPool({ threads: 1, memoryLimit: 16 })
  const before = process.execArgv
  process.execArgv = ['--import=data:text/javascript,throw new Error("no threads today")', '-e', '']
  try {
    expect(await rejection(pool.runSync(() => 1))).toMatchObject({ code: 'JOBS_THREAD_START' })
  } finally {
    process.execArgv = before
  }
  await pool.close({ force: true })
})

test('the program on a command line is given to no thread and no process, what loads modules is', () => {
  const options = ['--import', 'x', '--max-old-space-size=300', '--conditions=y', '--no-warnings']
  expect(threadArgv(options)).toBeUndefined()
  expect(processArgv([...options, '--inspect-brk=9229'])).toEqual(options)
  const withProgram = [...options, '--input-type=module', '-e', 'code', '--eval=more']
  expect(threadArgv(withProgram)).toEqual(['--import', 'x', '--conditions=y'])
  expect(processArgv(withProgram)).toEqual(options)
})
