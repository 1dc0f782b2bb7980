import { createHash } from 'node:crypto'
import { afterAll, describe, expect, test } from 'vitest'
import { parseFunction } from '../src/fn/closure'
import { ClosureError, closePool, poolStats, runSync } from '../src/index'
import { rejection, testPool } from './pools'

afterAll(() => closePool())

const salt = 'salt'
const config = { depth: { level: 1 } }
let counter = 0
const again = (n: number): number => (n === 0 ? 0 : again(n - 1))

class Base {
  value = 1
  read() {
    return this.value
  }
}

describe('what a function takes from outside is refused by name', () => {
  test.each<[string, string, () => Promise<unknown>]>([
    ['a constant', 'salt', () => runSync((text: string) => text + salt, 'a')],
    ['a variable that it changes', 'counter', () => runSync(() => counter++)],
    ['a member of an object', 'config.depth', () => runSync(() => config.depth.level)],
    ['a variable in a default', 'salt', () => runSync((text = salt) => text)],
    ['a variable in a nested function', 'salt', () => runSync(() => [1].map(() => salt))],
    ['a variable in a template', 'salt', () => runSync(() => `${salt}`)],
    ['a shorthand property', 'salt', () => runSync(() => ({ salt }))],
    ['a class', 'Base', () => runSync(() => new Base().value)],
    ['this', 'this', () => runSync(new Base().read)],
    ['this of an arrow function', 'this', () => runSync(arrowWithThis())],
  ])('%s', async (_what, variable, attempt) => {
    const error = await rejection(attempt())
    expect(error).toBeInstanceOf(ClosureError)
    expect(error).toMatchObject({ code: 'JOBS_SYNC_CLOSURE', variable })
    expect(error.message).toContain(`uses \`${variable}\` from outside itself`)
    expect(error.message).toContain('syncFunction(import.meta.url')
  })

  test('an import', async () => {
    const error = await rejection(runSync((text: string) => createHash('md5').update(text).digest('hex'), 'a'))
    expect(error.variable).toContain('createHash')
    expect(error.message).toContain('import it inside the function')
  })

  test('itself, by the name of the variable it is in', async () => {
    const error = await rejection(runSync(again, 2))
    expect(error.message).toContain('write it as `function again(...)`')
  })

  test('a relative import, which would be searched elsewhere', async () => {
    const source = "async () => (await import('./pools')).flags"
    const error = await rejection(runSync(new Function(`return ${source}`)()))
    expect(error.variable).toBe('import("./pools")')
  })

  test('before any thread is started', async () => {
    await closePool()
    await rejection(runSync(() => salt))
    expect(poolStats()).toMatchObject({ threads: 0, failed: 0 })
  })
})

function arrowWithThis(this: unknown) {
  return (() => this) as () => unknown
}

describe('what is not a closure is not refused', () => {
  const parse = (source: string) => parseFunction(source)?.free.map(({ text }) => text)

  test.each([
    ['parameters and patterns', '({ a, b: [c] }, ...rest) => a + c + rest.length'],
    ['its own declarations, hoisted', 'function f() { g(); function g() {} var x = 1; { let y = x } }'],
    [
      'classes with private fields',
      'function f() { class A { #x = 1; get() { return this.#x } static { this.s = 1 } } return new A() }',
    ],
    ['labels, catch, loops', 'function f() { outer: for (const k of [1]) { try { continue outer } catch (e) { e } } }'],
    ['arguments of its own', 'function f() { return arguments.length }'],
    ['properties named like variables', 'function f(o) { return o.salt + { salt: 1 }.salt }'],
    [
      'globals of the language and of Node',
      'function f() { return [Buffer, process, setTimeout, URL, structuredClone, Math, BigInt, globalThis] }',
    ],
    ['asking where it runs', "function f() { return typeof window === 'undefined' && typeof self === 'undefined' }"],
    ['names kept by a transformer', 'function f() { const g = __name(() => 1, "g"); return g() }'],
    ['sloppy code', 'function f() { with ({ a: 1 }) { return 010 } }'],
    ['minified code', '(t,e)=>{let r=0;for(let n=t;n<e;n++)r+=n;return r}'],
    ['methods', 'async method(a) { return a }'],
  ])('%s', (_what, source) => {
    expect(parse(source)).toEqual([])
  })

  test('an unknown name stays one, also when asked for its type', () => {
    expect(parse('() => typeof salt')).toEqual(['typeof salt'])
  })
})

test("globals that this process made are not taken for the thread's", async () => {
  Object.assign(globalThis, { madeHere: 1 })
  const error = await rejection(runSync(new Function('return () => madeHere')()))
  expect(error.variable).toBe('madeHere')
})

test('a source remembered is not mixed up with another of the same name', async () => {
  const pool = testPool({ threads: 1 })
  const make = (body: string) => new Function(`return function same() { ${body} }`)()
  expect(await pool.runSync(make('return 1'))).toBe(1)
  expect(await pool.runSync(make('return 2'))).toBe(2)
})
