import { describe, expect, it } from 'vitest'
import { parseDuration } from './duration'
import { InvalidError } from './errors'

describe('parseDuration', () => {
  it.each([
    [0, 0],
    [250, 250],
    ['250ms', 250],
    ['3s', 3_000],
    ['10m', 600_000],
    ['2h', 7_200_000],
    ['1d', 86_400_000],
    ['1w', 604_800_000],
    ['1.5s', 1_500],
    [' 3 s ', 3_000],
  ])('%j is %d ms', (given, ms) => {
    expect(parseDuration('delay', given)).toBe(ms)
  })

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY, '', '3', '3 parsecs', '-3s', null, undefined, {}, 5n, '200000d'])(
    'refuses %o, naming field, value and expectation',
    (given) => {
      expect(() => parseDuration('options.delay', given)).toThrow(InvalidError)
      expect(() => parseDuration('options.delay', given)).toThrow(/^options\.delay: expected a duration: .*, got /)
    },
  )
})
