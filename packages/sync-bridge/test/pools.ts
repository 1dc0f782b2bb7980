import { afterAll } from 'vitest'
import { type PoolOptions, SyncPool } from '../src/index'

/** A pool that ends with the test file. */
export function testPool(options: PoolOptions = {}): SyncPool {
  const pool = new SyncPool({ threads: 2, ...options })
  afterAll(() => pool.close({ force: true }))
  return pool
}

/** Shared memory between a test and its function: what is set there is seen while the function runs. */
export function flags(count = 4): Int32Array<SharedArrayBuffer> {
  return new Int32Array(new SharedArrayBuffer(count * 4))
}

/** Resolves when somebody has set the flag. */
export async function flagSet(view: Int32Array<SharedArrayBuffer>, index: number): Promise<void> {
  while (Atomics.load(view, index) === 0) {
    const wait = (Atomics as unknown as { waitAsync: WaitAsync }).waitAsync(view, index, 0, 1_000)
    await wait.value
  }
}

type WaitAsync = (view: Int32Array, index: number, value: number, timeout: number) => { value: unknown }

/** Runs until `check` holds; for what has no signal of its own. */
export async function eventually(check: () => boolean, within = 5_000): Promise<void> {
  const end = performance.now() + within
  while (!check()) {
    if (performance.now() > end) throw new Error(`not within ${within} ms: ${check}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

/** What the promise rejects with. */
export async function rejection(promise: Promise<unknown>): Promise<Error & Record<string, unknown>> {
  const nothing = Symbol('nothing')
  const thrown = await promise.then(
    () => nothing,
    (error) => error,
  )
  if (thrown === nothing) throw new Error('it did not reject')
  return thrown
}

/** Whether there is such a process. */
export function isAlive(id: number): boolean {
  try {
    process.kill(id, 0)
    return true
  } catch {
    return false
  }
}
