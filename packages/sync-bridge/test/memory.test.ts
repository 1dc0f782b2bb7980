import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { testPool } from './pools'

setFlagsFromString('--expose-gc')
const collect: () => void = runInNewContext('gc')

const MIB = 2 ** 20

function used(): number {
  collect()
  const { heapUsed, external } = process.memoryUsage()
  return (heapUsed + external) / MIB
}

// `npm run bench -- sync memory` does it with a million.
test.each([
  ['one at a time', 1, 5_000],
  ['many in flight', 500, 100_000],
])('memory does not grow with the calls: %s', async (_how, flight, calls) => {
  const pool = testPool({ threads: 2 })
  const inThread = async () => {
    const { heapUsed, external } = process.memoryUsage()
    return (heapUsed + external) / 2 ** 20
  }
  const noop = (n: number) => n
  const many = async (count: number) => {
    let left = count
    const caller = async () => {
      while (left-- > 0) await pool.runSync(noop, left)
    }
    await Promise.all(Array.from({ length: flight }, caller))
  }
  await many(calls / 5)
  const before = used()
  await many(calls)
  expect(used() - before).toBeLessThan(2)
  expect(await pool.runSync(inThread)).toBeLessThan(50)
})
