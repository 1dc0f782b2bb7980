import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { onOneCore } from './one-core'
import { inTurns, type SyncWorkload, threads, timed } from './workload'

const MIB = 2 ** 20
/** About 10 ms of work. */
const ROUNDS = 5_000_000

export const workloads: readonly SyncWorkload[] = [
  {
    name: 'one',
    about: 'a call that does nothing, one at a time, one thread, on one core where taskset is there',
    unit: 'us/call',
    better: 'less',
    measure: (contestants, { turns, scale }) =>
      onOneCore(() =>
        inTurns(
          contestants,
          threads(1),
          turns * 20,
          (pool) => timed(() => pool.noop(), 3_000 * scale, 1),
          async (pool) => ((await timed(() => pool.noop(), 300, 1)) / 300) * 1_000,
        ),
      ),
  },
  {
    name: 'flight',
    about: 'the same, 1,000 calls in flight, two threads',
    unit: 'calls/s',
    better: 'more',
    measure: (contestants, { turns, scale }) =>
      inTurns(
        contestants,
        threads(2),
        turns * 2,
        (pool) => timed(() => pool.noop(), 10_000 * scale, 1_000),
        async (pool) => (20_000 * scale * 1_000) / (await timed(() => pool.noop(), 20_000 * scale, 1_000)),
      ),
  },
  {
    name: 'scale',
    about: 'work for the CPU on two threads, against one thread',
    unit: 'x',
    better: 'more',
    // Both pools in the same turn: whatever else this machine does meets them alike.
    measure: (contestants, { turns, scale }) =>
      inTurns(
        contestants,
        (contestant) => {
          const [one, two] = [contestant.open(1), contestant.open(2)]
          return { one, two, close: () => Promise.all([one.close(), two.close()]) }
        },
        turns * 2,
        ({ one, two }) => Promise.all([one, two].map((pool) => timed(() => pool.work(ROUNDS), 10, 2))),
        async ({ one, two }) => {
          const count = Math.ceil(40 * scale)
          const alone = await timed(() => one.work(ROUNDS), count, 8)
          return (alone * 2) / (await timed(() => two.work(ROUNDS), count * 2, 8))
        },
      ),
  },
  {
    name: 'transfer',
    about: '64 MiB there and back, handed over',
    unit: 'ms',
    better: 'less',
    measure: (contestants, { turns }) =>
      inTurns(
        contestants,
        threads(1),
        turns * 3,
        async (pool) => pool.touch?.(new ArrayBuffer(8)),
        async (pool) => {
          if (pool.touch === null) return null
          const buffer = new ArrayBuffer(64 * MIB)
          const start = performance.now()
          await pool.touch(buffer)
          return performance.now() - start
        },
      ),
  },
  {
    name: 'delay',
    about: "the event loop's delay, p99, while two threads are busy",
    unit: 'ms',
    better: 'less',
    measure: (contestants, { turns, scale }) =>
      inTurns(
        contestants,
        threads(2),
        turns,
        (pool) => pool.noop(),
        async (pool) => {
          const delay = monitorEventLoopDelay({ resolution: 1 })
          delay.enable()
          await Promise.all([pool.spin(2_000 * scale), pool.spin(2_000 * scale)])
          delay.disable()
          // It counts its own interval in.
          return delay.percentile(99) / 1e6 - 1
        },
      ),
  },
  {
    name: 'memory',
    about: 'growth of heap and buffers from the 100,000th call to the 1,000,000th',
    unit: 'MiB',
    better: 'less',
    only: ['runSync', 'runSync-inline', 'piscina'],
    measure: (contestants, { scale }) =>
      inTurns(
        contestants,
        threads(2),
        1,
        (pool) => timed(() => pool.noop(), 100_000 * scale, 1_000),
        async (pool) => {
          const before = used()
          await timed(() => pool.noop(), 900_000 * scale, 1_000)
          return (used() - before) / MIB
        },
      ),
  },
]

setFlagsFromString('--expose-gc')
const collect: () => void = runInNewContext('gc')

function used(): number {
  collect()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
