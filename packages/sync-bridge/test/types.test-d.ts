import { createJobs, memoryStore } from '@jobs-worker/core'
import { describe, expectTypeOf, it } from 'vitest'
import { aborted, move, runSync, syncBridge, syncFunction } from '../src/index'

const add = (a: number, b: number) => a + b
const shout = syncFunction(import.meta.url, 'shout', async (text: string) => text.toUpperCase())
const named = syncFunction<typeof add>(new URL('./add.js', import.meta.url), 'add')

describe('the result is the function’s', () => {
  it('of a plain function, an async one, one of a module, a named one', () => {
    expectTypeOf(runSync(add, 1, 2)).toEqualTypeOf<Promise<number>>()
    expectTypeOf(runSync(async (n: number) => [n], 1)).toEqualTypeOf<Promise<number[]>>()
    expectTypeOf(runSync(shout, 'a')).toEqualTypeOf<Promise<string>>()
    expectTypeOf(runSync(named, 1, 2)).toEqualTypeOf<Promise<number>>()
    expectTypeOf(runSync(() => {})).toEqualTypeOf<Promise<void>>()
  })

  it('with options, with a moved result', () => {
    expectTypeOf(runSync.with({ timeout: '5s' })(add, 1, 2)).toEqualTypeOf<Promise<number>>()
    expectTypeOf(runSync((length: number) => move(new Uint8Array(length)), 8)).toEqualTypeOf<
      Promise<Uint8Array<ArrayBuffer>>
    >()
    expectTypeOf(runSync((stop: () => boolean) => stop(), aborted)).toEqualTypeOf<Promise<boolean>>()
  })

  it('of a generic function too', () => {
    const first = <T>(list: T[]) => list[0]
    expectTypeOf(runSync(first<string>, ['a'])).toEqualTypeOf<Promise<string | undefined>>()
  })
})

describe('arguments are checked', () => {
  it('their number and their types', () => {
    // @ts-expect-error one is missing
    void runSync(add, 1)
    // @ts-expect-error one too many
    void runSync(add, 1, 2, 3)
    // @ts-expect-error a string
    void runSync(add, 1, '2')
    // @ts-expect-error a number
    void runSync(shout, 1)
    // @ts-expect-error a string
    void runSync(named, 1, '2')
    // @ts-expect-error a string
    void runSync.with({ timeout: 5 })(add, 1, '2')
  })

  it('options, and what is no function', () => {
    // @ts-expect-error no such option
    void runSync.with({ time: 1 })
    // @ts-expect-error a signal
    void runSync.with({ signal: {} })
    // @ts-expect-error no function
    void runSync(5)
    // @ts-expect-error options are no argument of it
    void runSync(add, 1, 2, { timeout: 5 })
    // @ts-expect-error no such option
    void syncBridge({ size: 1 })
  })
})

it('the bridge is what createJobs takes', () => {
  createJobs({ store: memoryStore(), threads: syncBridge({ threads: 2 }) })
})
