import { AssertionError } from 'node:assert'
import { PermanentError, TimeoutError } from '@jobs-worker/core'
import { afterAll, describe, expect, test } from 'vitest'
import { closePool, NotCloneableError, runSync } from '../src/index'
import { rejection } from './pools'

afterAll(() => closePool())

describe('an error keeps', () => {
  test('name, message, code, cause and its own fields', async () => {
    const error = await rejection(
      runSync(() => {
        const root = Object.assign(new TypeError('root'), { errno: -2 })
        throw Object.assign(new RangeError('outer', { cause: root }), { code: 'E_OUTER', detail: { list: [1] } })
      }),
    )
    expect(error).toBeInstanceOf(RangeError)
    expect(error).toMatchObject({ name: 'RangeError', message: 'outer', code: 'E_OUTER', detail: { list: [1] } })
    expect(error.cause).toBeInstanceOf(TypeError)
    expect(error.cause).toMatchObject({ message: 'root', errno: -2 })
    expect(Object.keys(error)).toEqual(['code', 'detail'])
  })

  test('the stack of the thread and the frame of whoever waits for it', async () => {
    async function whoWaits() {
      return await runSync(function explode() {
        throw new Error('deep')
      })
    }
    const { stack } = await rejection(whoWaits())
    expect(stack).toMatch(/^Error: deep\n\s+at explode \(\[runSync explode\]/)
    expect(stack).toMatch(/at (async )?whoWaits .*errors\.test\.ts/)
  })

  test('the name of a class of its own, on the closest class of JavaScript', async () => {
    const error = await rejection(
      runSync(() => {
        class QuotaError extends TypeError {
          override name = 'QuotaError'
          left = 3
        }
        throw new QuotaError('no more')
      }),
    )
    expect(error).toBeInstanceOf(TypeError)
    expect(error).toMatchObject({ name: 'QuotaError', left: 3 })
    expect(String(error)).toBe('QuotaError: no more')
  })

  test('what Node says of a system error', async () => {
    const error = await rejection(runSync(() => process.getBuiltinModule('node:fs').readFileSync('/nowhere/at/all')))
    expect(error).toMatchObject({ code: 'ENOENT', syscall: 'open', path: '/nowhere/at/all' })
  })

  test('the errors of an AggregateError, the name of a DOMException', async () => {
    const many = await rejection(runSync(() => Promise.any([Promise.reject(new EvalError('one'))])))
    expect(many).toBeInstanceOf(AggregateError)
    expect((many.errors as Error[])[0]).toBeInstanceOf(EvalError)
    const dom = await rejection(
      runSync(() => new AbortController().signal.throwIfAborted() ?? structuredClone(() => 1)),
    )
    expect(dom).toBeInstanceOf(DOMException)
    expect(dom.name).toBe('DataCloneError')
  })

  test('the class of WebAssembly, of an assertion', async () => {
    // Node's types know WebAssembly as a name only.
    const compile = new Function('return () => { new WebAssembly.Module(new Uint8Array(4)) }')()
    expect(await rejection(runSync(compile))).toBeInstanceOf(new Function('return WebAssembly.CompileError')())
    const assertion = await rejection(runSync(() => process.getBuiltinModule('node:assert').strictEqual(1, 2)))
    expect(assertion).toBeInstanceOf(AssertionError)
    expect(assertion).toMatchObject({ code: 'ERR_ASSERTION', actual: 1, expected: 2, operator: 'strictEqual' })
  })

  test.runIf('SuppressedError' in globalThis)('both errors of a SuppressedError', async () => {
    const error = await rejection(
      runSync(() => {
        throw new SuppressedError(new TypeError('later'), new RangeError('first'), 'both')
      }),
    )
    expect(error).toBeInstanceOf(SuppressedError)
    expect(error).toMatchObject({ message: 'both', error: { message: 'later' }, suppressed: { message: 'first' } })
    expect(error.suppressed).toBeInstanceOf(RangeError)
  })

  test('a code that is not its own', async () => {
    const error = await rejection(
      runSync(() => {
        class CodedError extends Error {
          get code() {
            return 'E_OF_CLASS'
          }
        }
        throw new CodedError('coded')
      }),
    )
    expect(error.code).toBe('E_OF_CLASS')
  })

  test('what cannot be cloned of it as a description, and nothing hangs on a cycle', async () => {
    const error = await rejection(
      runSync(() => {
        const looped: Error & { callback?: unknown; self?: unknown } = new Error('looped')
        looped.callback = function onDone() {}
        looped.self = looped
        looped.cause = looped
        throw looped
      }),
    )
    expect(error).toMatchObject({ message: 'looped', callback: '[Function onDone]' })
  })
})

test.each<[string, () => Promise<unknown>, unknown]>([
  ['a string', () => runSync(() => Promise.reject('text')), 'text'],
  ['null', () => runSync(() => Promise.reject(null)), null],
  ['undefined', () => runSync(() => Promise.reject(undefined)), undefined],
  ['an object', () => runSync(() => Promise.reject({ a: 1 })), { a: 1 }],
  ['a function', () => runSync(() => Promise.reject(() => 1)), '() => 1'],
])('what is thrown and is no error arrives as it is: %s', async (_what, attempt, thrown) => {
  expect(await attempt().catch((error) => error)).toEqual(thrown)
})

test("core's errors are themselves again", async () => {
  const throwing = (code: string, name: string) =>
    runSync(
      (c: string, n: string) => {
        throw Object.assign(new Error('as thrown'), { code: c, name: n })
      },
      code,
      name,
    )
  expect(await rejection(throwing('JOBS_PERMANENT', 'PermanentError'))).toBeInstanceOf(PermanentError)
  expect(await rejection(throwing('JOBS_TIMEOUT', 'TimeoutError'))).toBeInstanceOf(TimeoutError)
})

describe('what cannot be cloned is named by its path', () => {
  test.each<[string, string, () => Promise<unknown>]>([
    [
      'a function in an argument',
      'arguments[1].list[2].callback',
      () => runSync((...all: unknown[]) => all, 1, { list: [1, 2, { callback: () => 1 }] }),
    ],
    ['a symbol in an argument', 'arguments[0]', () => runSync((x: unknown) => x, Symbol('s'))],
    ['a promise in an argument', 'arguments[0].later', () => runSync((x: unknown) => x, { later: Promise.resolve() })],
    ['a value of a map', 'arguments[0].get("key")', () => runSync((x: unknown) => x, new Map([['key', () => 1]]))],
    ['a function as result', 'result', () => runSync(() => () => 1)],
    ['a function in a result', 'result.rows[0]["odd key"]', () => runSync(() => ({ rows: [{ 'odd key': () => 1 }] }))],
    ['a WeakMap in a result', 'result[1]', () => runSync(() => [1, new WeakMap()])],
    ['a Proxy in a result', 'result.p', () => runSync(() => ({ p: new Proxy({}, {}) }))],
  ])('%s', async (_what, path, attempt) => {
    const error = await rejection(attempt())
    expect(error).toBeInstanceOf(NotCloneableError)
    expect(error).toMatchObject({ code: 'JOBS_SYNC_NOT_CLONEABLE', path })
    expect(error.message).toContain(`${path} is `)
  })

  test('and the thread goes on', async () => {
    expect(await runSync(() => 'still there')).toBe('still there')
  })

  test('a transfer of what cannot be transferred', async () => {
    const error = await rejection(runSync.with({ transfer: [{} as never] })((n: number) => n, 1))
    expect(error).toMatchObject({ code: 'JOBS_SYNC_NOT_CLONEABLE', path: 'transfer' })
  })

  test('a getter that throws', async () => {
    const value = {
      get broken(): number {
        throw new Error('not now')
      },
    }
    expect(await rejection(runSync((x: unknown) => x, [value]))).toMatchObject({ path: 'arguments[0][0]' })
    const inThread = runSync(() => ({
      get broken(): number {
        throw new Error('not now')
      },
    }))
    expect(await rejection(inThread)).toMatchObject({ path: 'result' })
  })
})

test('what clones does: dates, maps, cycles, buffers, big and class instances', async () => {
  const cycle: Record<string, unknown> = { a: 1 }
  cycle.self = cycle
  const back = await runSync((x: unknown) => x, {
    date: new Date(5),
    map: new Map([[1, new Set([2])]]),
    cycle,
    big: 10n,
  })
  expect(back).toEqual({ date: new Date(5), map: new Map([[1, new Set([2])]]), cycle, big: 10n })
  const result = await runSync(() => {
    class Point {
      x = 1
    }
    return { point: new Point(), bytes: new Uint8Array([1, 2]), list: Array.from({ length: 1_000 }, (_, i) => ({ i })) }
  })
  expect(result.point).toEqual({ x: 1 })
  expect(result.list).toHaveLength(1_000)
})
