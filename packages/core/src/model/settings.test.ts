import { describe, expect, it } from 'vitest'
import { Catalog, keepToStore } from './catalog'
import { InvalidError } from './errors'
import { DEFAULT_SETTINGS, parseSettings } from './settings'
import { defineTask } from './task'

const task = (options: object) => defineTask({ name: 't', run() {}, ...options })

describe('the order in which settings beat each other', () => {
  const top = parseSettings('top', { priority: 1, maxAttempts: 1, keep: '1h' })
  const catalog = new Catalog(top, { billing: { priority: 2, maxAttempts: 2 }, default: { priority: 3 } }, false)

  it('is call, task, queue, top level, table, setting by setting', () => {
    const mine = task({ priority: 4 })
    expect(catalog.settings(mine, 'billing', { priority: 0 })).toMatchObject({ priority: 0, maxAttempts: 2 })
    expect(catalog.settings(mine, 'billing')).toMatchObject({
      priority: 4,
      maxAttempts: 2,
      keep: { completed: 3_600_000 },
    })
    expect(catalog.settings(task({}), 'billing')).toMatchObject({ priority: 2 })
    expect(catalog.settings(task({}), 'billing').postpone).toEqual(DEFAULT_SETTINGS.postpone)
    expect(new Catalog({}, {}, false).settings(undefined, 'default')).toEqual(DEFAULT_SETTINGS)
  })

  it('looks inside of retry, postpone and keep too', () => {
    const settings = catalog.settings(task({ keep: { failed: 0 }, postpone: { max: null } }), 'billing', {
      postpone: { delay: 0 },
    })
    expect(settings.keep).toEqual({ completed: 3_600_000, failed: 0, cancelled: 3_600_000 })
    expect(settings.postpone).toEqual({ delay: 0, max: null })
  })

  it('takes 0 as a value', () => {
    expect(catalog.settings(task({ priority: 0 }), 'billing').priority).toBe(0)
    expect(catalog.settings(task({ keep: 0 }), 'billing').keep).toEqual({ completed: 0, failed: 0, cancelled: 0 })
  })

  it('serves queues that are not listed with those of default', () => {
    expect(catalog.settings(task({}), 'unheard-of').priority).toBe(3)
  })

  it('gives jitter to exponential alone', () => {
    expect(catalog.settings(task({}), 'q').retry.jitter).toBe(0.2)
    expect(catalog.settings(task({ retry: { strategy: 'constant' } }), 'q').retry.jitter).toBe(0)
  })
})

it('stores how long a job stays only where that is not the default', () => {
  expect(keepToStore(DEFAULT_SETTINGS.keep)).toBeNull()
  expect(keepToStore({ ...DEFAULT_SETTINGS.keep, completed: 0 })).toEqual({ ...DEFAULT_SETTINGS.keep, completed: 0 })
})

describe('defineTask refuses', () => {
  it.each([
    [{ name: '' }, /^task\.name: expected a name/],
    [{ name: 'x'.repeat(201) }, /^task\.name/],
    [{ name: 'a\0b' }, /^task\.name/],
    [{ priority: 32_768 }, /^task "t"\.priority: expected a whole number from -32768 to 32767, got 32768$/],
    [{ priority: 1.5 }, /^task "t"\.priority/],
    [{ maxAttempts: 0 }, /^task "t"\.maxAttempts/],
    [{ queue: '' }, /^task "t"\.queue/],
    [{ timeout: 0 }, /^task "t"\.timeout/],
    [{ keep: { done: 1 } }, /^task "t"\.keep\.done/],
    [{ postpone: { max: -1 } }, /^task "t"\.postpone\.max/],
    [{ run: 'handler' }, /^task "t"\.run: expected a function/],
    [{ input: {} }, /^task "t"\.input: expected a Standard Schema/],
    [{ unique: { while: 'ever' } }, /^task "t"\.unique\.while/],
    [{ unique: { while: 'alive', window: '1m' } }, /^task "t"\.unique\.window/],
    [{ isolation: 'thread' }, /^task "t"\.module: expected import\.meta\.url/],
    [{ isolation: 'process' }, /^task "t"\.isolation/],
    [{ prioritty: 1 }, /^task\.prioritty: expected one of /],
  ])('%j', (options, message) => {
    expect(() => task(options)).toThrow(InvalidError)
    expect(() => task(options)).toThrow(message)
  })
})
