import { pathToFileURL } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { closePool, configurePool, poolStats, runSync, syncFunction } from '../src/index'
import { countCalls, double, greet, missing, moved } from './modules/work'
import { rejection, testPool } from './pools'

afterAll(() => closePool())

const url = (file: string) => new URL(`./modules/${file}`, import.meta.url)

describe('a function passed directly', () => {
  test('runs in a thread, with its arguments', async () => {
    expect(await runSync((a: number, b: number) => a + b, 1, 2)).toBe(3)
    const blocked = await runSync(() => {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1)
      return 'blocked its own thread only'
    })
    expect(blocked).toBe('blocked its own thread only')
  })

  test('may be async, a method, a named function that calls itself', async () => {
    expect(await runSync(async (n: number) => (await Promise.resolve(n)) + 1, 1)).toBe(2)
    const object = {
      method(n: number) {
        return n * 2
      },
      async slow(n: number) {
        return n * 3
      },
    }
    expect(await runSync(object.method, 4)).toBe(8)
    expect(await runSync(object.slow, 4)).toBe(12)
    expect(
      await runSync(function fib(n: number): number {
        return n < 2 ? n : fib(n - 1) + fib(n - 2)
      }, 15),
    ).toBe(610)
  })

  test('may use what Node has, and import', async () => {
    const hash = await runSync(async (text: string) => {
      const { createHash } = await import('node:crypto')
      return createHash('sha256').update(Buffer.from(text)).digest('hex')
    }, 'x')
    expect(hash).toBe('2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881')
    expect(await runSync(() => require('node:path').basename('/a/b'))).toBe('b')
    expect(await runSync(() => process.getBuiltinModule('node:os').EOL.length)).toBeGreaterThan(0)
  })

  test('made anew at each call is parsed once', async () => {
    const results = await Promise.all(Array.from({ length: 500 }, (_, i) => runSync((n: number) => n * n, i)))
    expect(results).toEqual(Array.from({ length: 500 }, (_, i) => i * i))
  })

  test.each(['thread', 'process'] as const)('may be one of thousands: a %s keeps the last', async (isolate) => {
    const pool = testPool({ threads: 1, isolate })
    const nth = (n: number) => new Function(`return () => ${n}`)()
    for (const n of [...Array(1_900).keys(), 0, 1, 1_000, 1_500, 1_899]) expect(await pool.runSync(nth(n))).toBe(n)
  })

  test('gets a trailing object as an argument, never as options', async () => {
    expect(await runSync((options: { timeout: number }) => options, { timeout: 1 })).toEqual({ timeout: 1 })
  })
})

describe('a function of a module', () => {
  test('is loaded in the thread, TypeScript included', async () => {
    expect(await runSync(double, 21)).toBe(42)
    expect(await runSync(greet, 'you')).toBe('hello you')
  })

  test('can be named without being loaded here', async () => {
    const triple = syncFunction<(n: number) => number>(url('plain.cjs'), 'triple')
    expect(await runSync(triple, 3)).toBe(9)
    const byPath = syncFunction<(n: number) => number>(new URL(pathToFileURL(url('plain.cjs').pathname)), 'triple')
    expect(await runSync(byPath, 4)).toBe(12)
  })

  test('has its own module state in each thread', async () => {
    const pool = testPool({ threads: 1 })
    expect([await pool.runSync(countCalls), await pool.runSync(countCalls)]).toEqual([1, 2])
  })

  test('that is not there, or whose module does not load, is an error that says so', async () => {
    expect(await rejection(runSync(missing))).toMatchObject({
      code: 'JOBS_SYNC_MODULE',
      message: expect.stringContaining('"notExported"'),
    })
    const broken = syncFunction(url('broken.ts'), 'anything')
    expect(await rejection(runSync(broken))).toMatchObject({ name: 'TypeError', message: 'this module does not load' })
    const nowhere = syncFunction(url('nowhere.mjs'), 'anything')
    expect(await rejection(runSync(nowhere))).toMatchObject({ code: 'ERR_MODULE_NOT_FOUND' })
  })
})

test('memory is handed over, not copied, where transfer or move says so', async () => {
  const buffer = new ArrayBuffer(1024)
  const length = await runSync.with({ transfer: [buffer] })((b: ArrayBuffer) => b.byteLength, buffer)
  expect([length, buffer.byteLength]).toEqual([1024, 0])
  const result = await runSync(moved, 2048)
  expect([result.length, result[2047]]).toEqual([2048, 7])
})

test('a burst of calls keeps every result with its call', async () => {
  const pool = testPool()
  await Promise.all(Array.from({ length: 50 }, (_, i) => pool.runSync((n: number) => n, i)))
  const shared = { list: [1] }
  const mutated = await Promise.all(
    Array.from({ length: 2_000 }, (_, i) =>
      pool.runSync((n: number, box: { list: number[] }) => box.list.push(n), i, shared),
    ),
  )
  // Were the object of several calls the same in the thread, one would see what another had pushed.
  expect(new Set(mutated)).toEqual(new Set([2]))
})

describe('the shared pool', () => {
  test('tells what it does, closes, and starts again', async () => {
    await runSync(() => 1)
    expect(poolStats().threads).toBeGreaterThan(0)
    await expect(async () => configurePool({ threads: 1 })).rejects.toMatchObject({ code: 'JOBS_STATE' })
    await closePool()
    configurePool({ threads: 1 })
    await Promise.all([runSync(() => 1), runSync(() => 2), runSync(() => 3)])
    expect(poolStats()).toMatchObject({ threads: 1, running: 0, waiting: 0, completed: 3 })
    await closePool()
    configurePool({})
  })
})

test.each([
  [
    'no function',
    () => runSync(5 as never),
    'runSync: function: expected a function, or what syncFunction() answered, got 5',
  ],
  ['a class', () => runSync(class {} as never), 'a class or an accessor cannot be called'],
  ['a bound function', () => runSync(parseInt.bind(null), '1'), 'a bound or native function has none'],
  ['a native function', () => runSync(parseInt, '1'), 'a bound or native function has none'],
  ['a generator', () => runSync(function* () {}), 'a generator cannot leave its thread'],
  [
    'a module without URL',
    async () => syncFunction('./work.js', 'double'),
    'syncFunction: module: expected a file URL',
  ],
  [
    'an empty name',
    async () => syncFunction(import.meta.url, ''),
    'syncFunction: name: expected the name of an export, got ""',
  ],
  ['an unknown option', async () => runSync.with({ time: 1 } as never), 'runSync.with: time: expected no such option'],
  ['a bad timeout', async () => runSync.with({ timeout: 'soon' }), 'runSync.with: timeout: expected a duration'],
  ['a bad signal', async () => runSync.with({ signal: {} as never }), 'runSync.with: signal: expected an AbortSignal'],
  ['a bad transfer', async () => runSync.with({ transfer: 'x' as never }), 'runSync.with: transfer: expected a list'],
  ['no threads', async () => testPool({ threads: 0 }), 'pool.threads: expected a whole number from 1 to 1024, got 0'],
  ['a bad idle timeout', async () => testPool({ idleTimeout: 1 }), 'pool.idleTimeout: expected at least 10 ms, got 1'],
  ['a bad memory limit', async () => testPool({ memoryLimit: 1 }), 'pool.memoryLimit: expected a whole number from 16'],
  ['a bad recycling', async () => testPool({ recycleAfter: 0.5 }), 'pool.recycleAfter: expected a whole number from 1'],
  ['an unknown pool option', async () => testPool({ size: 1 } as never), 'pool.size: expected no such option'],
])('refuses %s', async (_what, attempt, message) => {
  const error = await rejection(attempt())
  expect(error.code).toBe('JOBS_INVALID')
  expect(error.message).toContain(message)
})
