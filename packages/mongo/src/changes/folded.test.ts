import { expect, test } from 'vitest'
import { folded, type Group } from './folded'

const group = (n: number, set: Record<string, unknown>, version = 1): Group => ({
  version,
  ids: [`a${n}`, `b${n}`],
  update: { $set: set, $unset: { hold: '' }, $inc: { v: 1 } },
})
const many = Array.from({ length: 8 }, (_, n) => group(n, { state: 'completed', result: `$${n}` }))

test('many writes of the same fields become one, in which each job finds its own values', () => {
  const [only, ...more] = folded(many)
  expect(more).toEqual([])
  expect(only?.ids).toEqual(many.flatMap(({ ids }) => ids))
  expect([only?.version, only?.update]).toEqual([
    1,
    [
      {
        $set: {
          v: 2,
          state: { $literal: 'completed' },
          result: {
            $arrayElemAt: [
              { $literal: many.flatMap((_, n) => [`$${n}`, `$${n}`]) },
              { $indexOfArray: [{ $literal: only?.ids }, '$_id'] },
            ],
          },
        },
      },
      { $unset: ['hold'] },
    ],
  ])
})

test('no statement is for many more than a hundred jobs, for each looks through them', () => {
  const writes = folded(Array.from({ length: 120 }, (_, n) => group(n, { result: `$${n}` })))
  expect(writes.map(({ ids }) => ids.length)).toEqual([100, 100, 40])
  expect(writes.flatMap(({ ids }) => ids)).toEqual(Array.from({ length: 120 }, (_, n) => [`a${n}`, `b${n}`]).flat())
})

test('what is of another version, of other fields, or deleted stays for itself', () => {
  const others = [
    ...Array.from({ length: 8 }, (_, n): Group => ({ version: n, ids: [`d${n}`], update: null })),
    group(20, { state: 'failed' }),
    group(21, { state: 'completed', result: 'x' }, 2),
  ]
  const writes = folded([...many, ...others])
  expect(writes).toHaveLength(1 + others.length)
  expect(writes).toEqual(expect.arrayContaining(others))
})

test('few writes stay what they are', () => {
  expect(folded(many.slice(0, 7))).toEqual(many.slice(0, 7))
})
