import { describe, expect, it } from 'vitest'
import { median, percentile } from './statistics'

describe('median', () => {
  it('is the middle one of an odd number, in whatever order they come', () => {
    expect(median([9, 1, 5])).toBe(5)
  })

  it('is the mean of the two in the middle of an even number', () => {
    expect(median([4, 1, 3, 100])).toBe(3.5)
  })
})

describe('percentile', () => {
  const hundred = Array.from({ length: 100 }, (_, i) => 100 - i)

  it('is the smallest value that so many do not exceed', () => {
    expect(percentile(hundred, 0.5)).toBe(50)
    expect(percentile(hundred, 0.99)).toBe(99)
    expect(percentile(hundred, 1)).toBe(100)
  })

  it('is the only value where there is one', () => {
    expect(percentile([7], 0.99)).toBe(7)
  })
})
