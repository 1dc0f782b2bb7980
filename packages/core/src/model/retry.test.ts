import { describe, expect, it } from 'vitest'
import { InvalidError } from './errors'
import { backoff, covers, parseRetry } from './retry'
import { mergeSettings, parseSettings } from './settings'

function policy(options: Parameters<typeof parseRetry>[1]) {
  return mergeSettings([parseSettings('test', { retry: options })]).retry
}

const delays = (options: Parameters<typeof parseRetry>[1], random = () => 0.5) =>
  [1, 2, 3, 4].map((attempt) => backoff(policy(options), attempt, new Error(), random))

describe('backoff', () => {
  it('is exponential from 3s by default, spread by a fifth to both sides', () => {
    expect(delays({})).toEqual([3_000, 6_000, 12_000, 24_000])
    expect(delays({}, () => 0)).toEqual([2_400, 4_800, 9_600, 19_200])
    expect(delays({}, () => 1)).toEqual([3_600, 7_200, 14_400, 28_800])
  })

  it('is constant or incremental without jitter unless asked', () => {
    expect(delays({ strategy: 'constant', delay: '3s' }, () => 0)).toEqual([3_000, 3_000, 3_000, 3_000])
    expect(delays({ strategy: 'incremental', delay: '3s' }, () => 0)).toEqual([3_000, 6_000, 9_000, 12_000])
    expect(delays({ strategy: 'constant', delay: 100, jitter: 0.5 }, () => 0)).toEqual([50, 50, 50, 50])
  })

  it('takes a function, and is capped by maxDelay', () => {
    expect(delays({ strategy: (attempt) => `${attempt}s` })).toEqual([1_000, 2_000, 3_000, 4_000])
    expect(delays({ maxDelay: '5s' })).toEqual([3_000, 5_000, 5_000, 5_000])
    expect(backoff(policy({ jitter: 0 }), 2_000, null)).toBe(3_600_000)
  })
})

describe('covers', () => {
  class Mine extends Error {}
  class Deeper extends Mine {}

  it('is every error without a list', () => {
    expect(covers(null, 'text')).toBe(true)
  })

  it('goes by instanceof, and by name for classes of another copy', () => {
    const foreign = { Mine: class Mine extends Error {} }.Mine
    expect(covers([Mine], new Deeper())).toBe(true)
    expect(covers([Mine], new foreign())).toBe(true)
    expect(covers(['Mine'], new Deeper())).toBe(true)
    expect(covers(['ETIMEDOUT'], Object.assign(new Error(), { name: 'ETIMEDOUT' }))).toBe(true)
    expect(covers([Mine], new RangeError())).toBe(false)
    expect(covers([Mine], null)).toBe(false)
  })

  it('asks a predicate', () => {
    expect(covers((error) => error === 7, 7)).toBe(true)
    expect(covers(() => false, new Error())).toBe(false)
  })
})

it.each([{ strategy: 'linear' }, { delay: -1 }, { jitter: 2 }, { on: 'Error' }, { backoff: '3s' }] as never[])(
  'refuses %j',
  (options) => {
    expect(() => parseRetry('task "t".retry', options)).toThrow(InvalidError)
  },
)
