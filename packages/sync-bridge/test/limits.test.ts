import { afterAll, describe, expect, test } from 'vitest'
import { aborted, closePool, runSync, type SyncPool } from '../src/index'
import { spinUntilAborted } from './modules/work'
import { eventually, flagSet, flags, rejection, testPool } from './pools'

afterAll(() => closePool())

const spin = (seen: Int32Array) => {
  Atomics.store(seen, 0, 1)
  Atomics.notify(seen, 0)
  for (;;);
}

describe('abort', () => {
  test('tells the function first: a tight loop sees the flag and ends itself, its thread lives on', async () => {
    const pool = testPool({ threads: 1 })
    const seen = flags()
    const controller = new AbortController()
    const call = rejection(pool.runSync.with({ signal: controller.signal, grace: '1m' })(spinUntilAborted, seen.buffer))
    await flagSet(seen, 0)
    const reason = new Error('changed my mind')
    controller.abort(reason)
    expect(await call).toBe(reason)
    expect(seen[1]).toBe(1)
    expect(pool.stats()).toMatchObject({ threads: 1, lost: 0 })
  })

  test('hands `aborted` to a function passed directly', async () => {
    const call = runSync.with({ timeout: 20, grace: '1m' })((isAborted: () => boolean) => {
      while (!isAborted());
    }, aborted)
    expect(await rejection(call)).toMatchObject({ code: 'JOBS_TIMEOUT' })
    expect(aborted()).toBe(false)
  })

  test('ends the thread of a loop that does not listen, soon after the grace', async () => {
    const pool = testPool({ threads: 1 })
    const seen = flags()
    const controller = new AbortController()
    const call = rejection(pool.runSync.with({ signal: controller.signal, grace: 100 })(spin, seen))
    await flagSet(seen, 0)
    const start = performance.now()
    controller.abort()
    expect(await call).toMatchObject({ name: 'AbortError' })
    const took = performance.now() - start
    expect(took).toBeGreaterThanOrEqual(95)
    expect(took).toBeLessThan(1_000)
    expect(await pool.runSync(() => 'the next call')).toBe('the next call')
    expect(pool.stats()).toMatchObject({ lost: 1 })
  })

  test('a spin loop is ended within 50 ms of the grace', async () => {
    const pool = testPool({ threads: 1 })
    const late: number[] = []
    for (let i = 0; i < 5; i++) {
      const seen = flags()
      const controller = new AbortController()
      const call = rejection(pool.runSync.with({ signal: controller.signal, grace: 50 })(spin, seen))
      await flagSet(seen, 0)
      const start = performance.now()
      controller.abort()
      await call
      late.push(performance.now() - start - 50)
    }
    // What else the machine does may hold one of them up, not all.
    expect(Math.min(...late)).toBeGreaterThanOrEqual(-2)
    expect(Math.min(...late)).toBeLessThan(50)
  })

  test('of a call that waits for a thread ends it at once, and disturbs no other', async () => {
    const pool = testPool({ threads: 1 })
    const seen = flags()
    const running = pool.runSync(waitFor, seen)
    await flagSet(seen, 0)
    const controller = new AbortController()
    const aborts = rejection(pool.runSync.with({ signal: controller.signal })(() => 'never'))
    const behind = pool.runSync(() => 'behind')
    controller.abort()
    expect(await aborts).toMatchObject({ name: 'AbortError' })
    Atomics.store(seen, 1, 1)
    Atomics.notify(seen, 1)
    expect([await running, await behind]).toEqual(['waited', 'behind'])
  })

  test('before the call refuses it, after its end does nothing', async () => {
    expect(
      await rejection(
        runSync
          .with({ signal: AbortSignal.abort('early') })(() => 1)
          .catch((e) => Promise.reject(new Error(e))),
      ),
    ).toMatchObject({
      message: 'early',
    })
    const controller = new AbortController()
    expect(await runSync.with({ signal: controller.signal })(() => 1)).toBe(1)
    controller.abort()
    expect(await runSync(() => 2)).toBe(2)
  })
})

const waitFor = (seen: Int32Array) => {
  Atomics.store(seen, 0, 1)
  Atomics.notify(seen, 0)
  Atomics.wait(seen, 1, 0)
  return 'waited'
}

describe('timeout', () => {
  test('counts from the start in the thread, not the wait for one', async () => {
    const pool = testPool({ threads: 1 })
    await pool.runSync(() => 1)
    const seen = flags()
    const first = pool.runSync(waitFor, seen)
    const second = pool.runSync.with({ timeout: 150 })(() => 'in time')
    await flagSet(seen, 0)
    await new Promise((resolve) => setTimeout(resolve, 300))
    Atomics.store(seen, 1, 1)
    Atomics.notify(seen, 1)
    expect([await first, await second]).toEqual(['waited', 'in time'])
  })

  test('ends a spinning call and an async one that never ends', async () => {
    const pool = testPool({ threads: 2 })
    await Promise.all([pool.runSync(() => 1), pool.runSync(() => 1)])
    const limited = pool.runSync.with({ timeout: 100, grace: 50 })
    const [spins, hangs] = await Promise.all([
      rejection(limited(spin, flags())),
      rejection(limited(() => new Promise(() => {}))),
    ])
    expect(spins).toMatchObject({
      code: 'JOBS_TIMEOUT',
      message: expect.stringContaining('longer than its timeout of 100 ms'),
    })
    expect(hangs.code).toBe('JOBS_TIMEOUT')
    await eventually(() => pool.stats().threads === 2)
  })
})

describe('a call that takes its thread down fails alone', () => {
  /** Runs the fatal call among others on two threads; all others must come home. */
  async function among<T>(pool: SyncPool, fatal: () => Promise<T>): Promise<Error & Record<string, unknown>> {
    const square = (n: number) => n * n
    const burst = (from: number) => Array.from({ length: 200 }, (_, i) => pool.runSync(square, from + i))
    await Promise.all(burst(0))
    const before = burst(0)
    const failing = rejection(fatal())
    const after = burst(200)
    const error = await failing
    expect(await Promise.all([...before, ...after])).toEqual(Array.from({ length: 400 }, (_, i) => i * i))
    await eventually(() => pool.stats().threads === 2)
    return error
  }

  test('process.exit', async () => {
    const pool = testPool()
    const error = await among(pool, () => pool.runSync(() => process.exit(7)))
    expect(error).toMatchObject({ code: 'JOBS_THREAD_EXITED', exitCode: 7 })
    expect(pool.stats().lost).toBe(1)
  })

  test('out of memory', async () => {
    const pool = testPool({ memoryLimit: 32 })
    const error = await among(pool, () =>
      pool.runSync(() => {
        // Bit by bit: one allocation far beyond the limit ends the process before V8 can end the thread.
        let list: unknown = null
        for (let n = 0; ; n++) list = { list, more: [n, String(n)] }
      }),
    )
    expect(error).toMatchObject({ code: 'JOBS_THREAD_MEMORY' })
  })

  test('process.abort, which Node refuses in a thread', async () => {
    const pool = testPool()
    const error = await among(pool, () => pool.runSync(() => process.abort()))
    expect(error).toMatchObject({ code: 'ERR_WORKER_UNSUPPORTED_OPERATION' })
    expect(pool.stats()).toMatchObject({ lost: 0 })
  })

  test('on both threads at once: both are there again, side by side', async () => {
    const pool = testPool()
    const exits = () => process.exit(1)
    const fatal = [rejection(pool.runSync(exits)), rejection(pool.runSync(exits))]
    const square = (n: number) => n * n
    const others = Array.from({ length: 50 }, (_, i) => pool.runSync(square, i))
    await Promise.all([...fatal, ...others])
    // Each waits for the other: one after another they would never end.
    const meet = (seen: Int32Array, mine: number, other: number) => {
      Atomics.store(seen, mine, 1)
      Atomics.notify(seen, mine)
      return Atomics.wait(seen, other, 0, 10_000)
    }
    const seen = flags()
    const met = await Promise.all([pool.runSync(meet, seen, 0, 1), pool.runSync(meet, seen, 1, 0)])
    expect(met).not.toContain('timed-out')
  })

  test('an error that nobody catches', async () => {
    const pool = testPool()
    const error = await among(pool, () =>
      pool.runSync(() => {
        setTimeout(() => {
          throw new RangeError('from a timer')
        }, 1)
        return new Promise(() => {})
      }),
    )
    expect(error).toMatchObject({ code: 'JOBS_THREAD_CRASHED', cause: { message: 'from a timer' } })
  })

  test('a promise that nobody handles', async () => {
    const pool = testPool()
    const error = await among(pool, () =>
      pool.runSync(() => {
        void Promise.reject(new Error('unhandled'))
        return new Promise(() => {})
      }),
    )
    expect(error).toMatchObject({ code: 'JOBS_THREAD_CRASHED', cause: { message: 'unhandled' } })
  })

  test('in another thread than it left, before this call began: what it handed over is gone', async () => {
    const pool = testPool({ threads: 1 })
    const seen = flags()
    await pool.runSync((view: Int32Array) => {
      setTimeout(() => {
        Atomics.store(view, 0, 1)
        Atomics.notify(view, 0)
        Atomics.wait(view, 1, 0)
        throw new Error('left behind')
      }, 1)
    }, seen)
    await flagSet(seen, 0)
    const buffer = new ArrayBuffer(8)
    const handing = pool.runSync.with({ transfer: [buffer] })
    const lost = rejection(handing((given: ArrayBuffer) => given.byteLength, buffer))
    await eventually(() => pool.stats().running === 1)
    const behind = pool.runSync(() => 'behind')
    Atomics.store(seen, 1, 1)
    Atomics.notify(seen, 1)
    expect(await lost).toMatchObject({
      code: 'JOBS_THREAD_CRASHED',
      message: expect.stringContaining('what was handed over'),
      cause: { message: 'left behind' },
    })
    expect(await behind).toBe('behind')
  })

  test('a short function that exits in the middle of a shared trip', async () => {
    const pool = testPool({ threads: 1 })
    const log = flags(2_000)
    const step = (n: number, seen: Int32Array) => {
      Atomics.add(seen, n, 1)
      if (n === 777) process.exit(5)
      return n
    }
    for (let i = 0; i < 10; i++) await pool.runSync(step, 1_999, flags(2_000))
    const settled = await Promise.allSettled(Array.from({ length: 1_000 }, (_, i) => pool.runSync(step, i, log)))
    const lost = settled.flatMap((each, i) => (each.status === 'rejected' ? [i] : []))
    expect(lost).toEqual([777])
    // Exactly once: none was run again that had run.
    expect([...log.subarray(0, 1_000)].every((count) => count === 1)).toBe(true)
  })
})

test('a long call does not hold up short ones that were sent along with it', async () => {
  const pool = testPool({ threads: 2 })
  const sometimes = (seen: Int32Array, wait: boolean) => {
    if (wait) Atomics.wait(seen, 0, 0)
    return 'done'
  }
  const seen = flags()
  for (let i = 0; i < 20; i++) await pool.runSync(sometimes, seen, false)
  const calls = Array.from({ length: 200 }, (_, i) => pool.runSync(sometimes, seen, i === 20))
  const rest = await Promise.all(calls.filter((_, i) => i !== 20))
  expect(rest).toHaveLength(199)
  Atomics.store(seen, 0, 1)
  Atomics.notify(seen, 0)
  expect(await calls[20]).toBe('done')
})
