import { aligned, figure } from '../report/table'

interface Target {
  readonly text: string
  readonly value: (read: (key: string) => number | undefined) => number | undefined
  readonly atLeast?: number
  readonly atMost?: number
}

const over = (workload: string) => (read: (key: string) => number | undefined) => {
  const [ours, bare] = [read(`${workload} runSync`), read(`${workload} piscina`)]
  return ours === undefined || bare === undefined ? undefined : ours / bare
}

/** What runSync set out to reach. */
const TARGETS: readonly Target[] = [
  { text: 'one at a time: time / bare piscina', value: over('one'), atMost: 1.15 },
  { text: '1,000 in flight: rate / bare piscina', value: over('flight'), atLeast: 1 },
  { text: 'two threads / one', value: (read) => read('scale runSync'), atLeast: 1.8 },
  { text: '64 MiB by transfer in ms', value: (read) => read('transfer runSync'), atMost: 10 },
  { text: 'event loop delay p99 in ms', value: (read) => read('delay runSync'), atMost: 15 },
  { text: 'growth over a million calls in MiB', value: (read) => read('memory runSync'), atMost: 2 },
]

/** The targets that this run can judge. */
export function targets(medians: ReadonlyMap<string, number>): string {
  const rows = TARGETS.flatMap(({ text, value, atLeast, atMost }) => {
    const measured = value((key) => medians.get(key))
    if (measured === undefined) return []
    const reached =
      measured >= (atLeast ?? Number.NEGATIVE_INFINITY) && measured <= (atMost ?? Number.POSITIVE_INFINITY)
    const bound = atLeast === undefined ? `at most ${atMost}` : `at least ${atLeast}`
    return [[text, bound, figure(measured), reached ? 'yes' : 'NO']]
  })
  return aligned([['target', 'bound', 'measured', 'reached'], ...rows])
}
