import { aligned, figure } from '../report/table'
import { median, percentile } from '../statistics'

/** What one contestant showed in a workload, turn by turn. */
export type Figures = (workload: string, contestant: string) => readonly number[]

interface Target {
  readonly text: string
  /** One value a turn, or none where this run cannot judge it. */
  readonly values: (of: Figures) => readonly number[]
  readonly atLeast?: number
  readonly atMost?: number
}

/** Turn by turn, for the machine is alike to both only within one. */
const overPiscina = (workload: string) => (of: Figures) => {
  const bare = of(workload, 'piscina')
  return of(workload, 'runSync').flatMap((value, turn) => (bare[turn] === undefined ? [] : [value / bare[turn]]))
}

const own = (workload: string) => (of: Figures) => of(workload, 'runSync')

/** What runSync set out to reach. */
const TARGETS: readonly Target[] = [
  { text: 'one at a time: time / bare piscina', values: overPiscina('one'), atMost: 1.15 },
  { text: '1,000 in flight: rate / bare piscina', values: overPiscina('flight'), atLeast: 1 },
  { text: 'two threads / one', values: own('scale'), atLeast: 1.8 },
  { text: '64 MiB by transfer in ms', values: own('transfer'), atMost: 10 },
  { text: 'event loop delay p99 in ms', values: own('delay'), atMost: 15 },
  { text: 'growth over a million calls in MiB', values: own('memory'), atMost: 2 },
]

/** The targets that this run can judge, each by the median of its turns. */
export function targets(of: Figures): string {
  const rows = TARGETS.flatMap(({ text, values, atLeast, atMost }) => {
    const turns = values(of)
    if (turns.length === 0) return []
    const measured = median(turns)
    const reached =
      measured >= (atLeast ?? Number.NEGATIVE_INFINITY) && measured <= (atMost ?? Number.POSITIVE_INFINITY)
    const bound = atLeast === undefined ? `at most ${atMost}` : `at least ${atLeast}`
    const half = `${figure(percentile(turns, 0.25))} to ${figure(percentile(turns, 0.75))}`
    return [[text, bound, figure(measured), half, String(turns.length), reached ? 'yes' : 'NO']]
  })
  return aligned([['target', 'bound', 'measured', 'half of the turns', 'turns', 'reached'], ...rows])
}
