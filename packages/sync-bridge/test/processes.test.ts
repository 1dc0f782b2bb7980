import { describe, expect, test } from 'vitest'
import { aborted, ProcessCrashedError, SyncPool } from '../src/index'
import { countCalls, double, moved } from './modules/work'
import { eventually, isAlive, rejection, testPool } from './pools'

const pid = () => process.pid

describe('a call in a process of its own', () => {
  const pool = testPool({ threads: 2, isolate: 'process' })

  test('runs there, with the same functions, arguments and results', async () => {
    expect(await pool.runSync(pid)).not.toBe(process.pid)
    expect(await pool.runSync(double, 21)).toBe(42)
    const value = { date: new Date(5), map: new Map([[1, new Set([2])]]), big: 10n, bytes: new Uint8Array([1]) }
    expect(await pool.runSync((x: unknown) => x, value)).toEqual(value)
    expect((await pool.runSync(moved, 8)).length).toBe(8)
  })

  test('is asked for call by call, beside threads', async () => {
    const mixed = testPool({ threads: 1 })
    const isolated = mixed.runSync.with({ isolate: 'process' })
    expect(await mixed.runSync(pid)).toBe(process.pid)
    expect(await isolated(pid)).not.toBe(process.pid)
    expect(mixed.stats()).toMatchObject({ threads: 2, completed: 2 })
    const inThread = pool.runSync.with({ isolate: 'thread' })
    expect(await inThread(pid)).toBe(process.pid)
  })

  test('is one at a time in each process, and processes are kept', async () => {
    const all = await Promise.all(Array.from({ length: 20 }, () => pool.runSync(pid)))
    expect(new Set(all).size).toBe(2)
    const one = testPool({ threads: 1, isolate: 'process' })
    expect([await one.runSync(countCalls), await one.runSync(countCalls)]).toEqual([1, 2])
  })

  test('fails with the same errors', async () => {
    const error = await rejection(
      pool.runSync(function explode() {
        throw Object.assign(new RangeError('far'), { code: 'E_FAR', cause: new TypeError('root') })
      }),
    )
    expect(error).toBeInstanceOf(RangeError)
    expect(error).toMatchObject({ message: 'far', code: 'E_FAR', cause: expect.any(TypeError) })
    expect(error.stack).toMatch(/processes\.test\.ts/)
    expect(await rejection(pool.runSync(() => process.exit(7)))).toMatchObject({
      code: 'JOBS_THREAD_EXITED',
      exitCode: 7,
    })
  })

  test('refuses what cannot be sent, by its path, and goes on', async () => {
    const give = (value: unknown) => rejection(pool.runSync((x: unknown) => x, value))
    expect(await give({ callback: () => 1 })).toMatchObject({ path: 'arguments[0].callback' })
    expect(await give(new SharedArrayBuffer(8))).toMatchObject({ code: 'JOBS_SYNC_NOT_CLONEABLE', path: 'arguments' })
    expect(await rejection(pool.runSync(() => [() => 1]))).toMatchObject({ path: 'result[0]' })
    expect(await rejection(pool.runSync(() => [new SharedArrayBuffer(8)]))).toMatchObject({
      code: 'JOBS_SYNC_NOT_CLONEABLE',
      path: 'result',
    })
    expect(await pool.runSync(() => 'still there')).toBe('still there')
  })
})

describe('a native crash fails its call alone', () => {
  test.each(['SIGSEGV', 'SIGABRT', 'SIGKILL'] as const)('%s', async (signal) => {
    const pool = testPool({ threads: 2, isolate: 'process' })
    const square = (n: number) => n * n
    const before = Array.from({ length: 20 }, (_, i) => pool.runSync(square, i))
    const crash = rejection(
      pool.runSync(function broken(how: string) {
        process.kill(process.pid, how)
        for (;;);
      }, signal),
    )
    const after = Array.from({ length: 20 }, (_, i) => pool.runSync(square, i))
    const error = await crash
    expect(error).toBeInstanceOf(ProcessCrashedError)
    expect(error).toMatchObject({ code: 'JOBS_PROCESS_CRASHED', signal })
    expect(error.message).toBe(`runSync: function "broken": its process was ended by ${signal}`)
    expect(await Promise.all([...before, ...after])).toEqual(Array.from({ length: 40 }, (_, i) => (i % 20) ** 2))
    expect(pool.stats()).toMatchObject({ threads: 2, lost: 1, completed: 40, failed: 1 })
  })

  test('out of memory says so, and another process is there at once', async () => {
    const pool = testPool({ threads: 1, isolate: 'process', memoryLimit: 32 })
    const error = await rejection(
      pool.runSync(() => {
        const all: unknown[] = []
        for (;;) all.push({ some: 'objects', more: [all.length, String(all.length)] })
      }),
    )
    expect(error).toMatchObject({ code: 'JOBS_THREAD_MEMORY' })
    // Whole again at once: nobody has asked for another process yet.
    expect(pool.stats()).toMatchObject({ threads: 1, lost: 1 })
    expect(await pool.runSync(() => 'again')).toBe('again')
  })
})

describe('a call in a process is told to stop', () => {
  test('by its flag, in a tight loop: the process lives on', async () => {
    const pool = testPool({ threads: 1, isolate: 'process' })
    const first = await pool.runSync(pid)
    const limited = pool.runSync.with({ timeout: 50, grace: '1m' })
    const loop = (isAborted: () => boolean) => {
      while (!isAborted());
    }
    expect(await rejection(limited(loop, aborted))).toMatchObject({ code: 'JOBS_TIMEOUT' })
    expect(await pool.runSync(pid)).toBe(first)
    expect(pool.stats()).toMatchObject({ lost: 0 })
  })

  test('and is ended after the grace', async () => {
    const pool = testPool({ threads: 1, isolate: 'process' })
    await pool.runSync(pid)
    const start = performance.now()
    const spinning = pool.runSync.with({ timeout: 100, grace: 50 })(() => {
      for (;;);
    })
    expect(await rejection(spinning)).toMatchObject({ code: 'JOBS_TIMEOUT' })
    expect(performance.now() - start).toBeGreaterThanOrEqual(145)
    expect(await pool.runSync(() => 'next')).toBe('next')
    expect(pool.stats()).toMatchObject({ threads: 1, lost: 1 })
  })

  test('while its process starts, or another call has it, it ends at once', async () => {
    const pool = testPool({ threads: 1, isolate: 'process' })
    const controller = new AbortController()
    const aborts = pool.runSync.with({ signal: controller.signal })
    const starting = rejection(aborts(() => 'never'))
    const waiting = rejection(aborts(() => 'never'))
    await eventually(() => pool.stats().running === 1)
    controller.abort(new Error('not needed'))
    expect([(await starting).message, (await waiting).message]).toEqual(['not needed', 'not needed'])
    expect(await pool.runSync(() => 'next')).toBe('next')
  })

  test('at once: whether it began or not, it ends with the reason', async () => {
    const pool = testPool({ threads: 1, isolate: 'process' })
    await pool.runSync(pid)
    for (let i = 0; i < 20; i++) {
      const controller = new AbortController()
      const call = rejection(
        pool.runSync.with({ signal: controller.signal, grace: '1m' })((isAborted: () => boolean) => {
          while (!isAborted());
        }, aborted),
      )
      await eventually(() => pool.stats().running === 1)
      controller.abort(new Error(`reason ${i}`))
      expect((await call).message).toBe(`reason ${i}`)
    }
    expect(pool.stats()).toMatchObject({ lost: 0, failed: 20 })
  })
})

test('processes are recycled, and end when they are idle', async () => {
  const pool = testPool({ threads: 1, isolate: 'process', recycleAfter: 2, idleTimeout: 200 })
  const pids = []
  for (let i = 0; i < 4; i++) pids.push(await pool.runSync(pid))
  expect(new Set(pids).size).toBe(2)
  expect(pids[0]).toBe(pids[1])
  expect(pool.stats()).toMatchObject({ recycled: 2, lost: 0 })
  const last = await pool.runSync(pid)
  await eventually(() => pool.stats().threads === 0)
  await eventually(() => !isAlive(last))
})

test('close by force ends what runs', async () => {
  const pool = new SyncPool({ threads: 1, isolate: 'process' })
  const first = await pool.runSync(pid)
  const endless = rejection(pool.runSync(spin))
  await eventually(() => pool.stats().running === 1)
  await pool.close({ force: true })
  expect(await endless).toMatchObject({ code: 'JOBS_POOL_CLOSED' })
  expect(isAlive(first)).toBe(false)
})

test('processes that cannot start are an error, not a wait without end', async () => {
  const pool = new SyncPool({ threads: 1, isolate: 'process' })
  const before = process.execArgv
  process.execArgv = [...before, '--import=data:text/javascript,process.exit(3)']
  try {
    expect(await rejection(pool.runSync(() => 1))).toMatchObject({ code: 'JOBS_THREAD_START' })
  } finally {
    process.execArgv = before
  }
  await pool.close({ force: true })
})

const spin = () => {
  for (;;);
}
