import { expect, test, vi } from 'vitest'
import { Lanes } from '../src/pool/lanes'

test('a call that starts when the process has been up for a month has just started', () => {
  const now = vi.spyOn(performance, 'now')
  const lanes = new Lanes(1)
  for (const days of [0, 24, 25, 30, 60, 400]) {
    const ticket = lanes.open(0)
    now.mockReturnValue(days * 86_400_000 + 0.5)
    expect(lanes.begin(0, ticket)).toBe(true)
    now.mockReturnValue(days * 86_400_000 + 1_000.5)
    expect(lanes.elapsed(0)).toBe(1_000)
  }
  now.mockRestore()
})
