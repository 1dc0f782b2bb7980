import type { Contestant } from '../contestant'
import type { Results } from '../results'
import { aligned, figure } from './table'

const OURS = 'jobs-worker'
const CEILING = 'ceiling'

/** The median of one metric; null where it was not measured in this run. */
type Read = (workload: string, contestant: string, metric: string) => number | null

interface Target {
  readonly text: string
  readonly value: (read: Read, peers: readonly string[]) => number | null
  readonly atLeast?: number
  readonly atMost?: number
}

/** What this project set out to reach, as ratios within one run. */
const TARGETS: readonly Target[] = [
  {
    text: 'bulk enqueue / best peer',
    value: (read, peers) => ratio(read('bulk', OURS, 'rate'), most(peers.map((peer) => read('bulk', peer, 'rate')))),
    atLeast: 1.3,
  },
  { text: 'bulk enqueue / ceiling', value: against('bulk', 'rate', CEILING), atLeast: 0.4 },
  { text: 'single enqueue / pg-boss', value: against('single', 'rate', 'pg-boss'), atLeast: 8 },
  { text: 'single enqueue / gathered ceiling', value: against('single', 'rate', CEILING), atLeast: 0.4 },
  { text: 'drain / graphile tuned, history kept', value: against('drain', 'rate', 'graphile-tuned'), atLeast: 1.2 },
  {
    text: 'drain / graphile tuned, keep: 0',
    value: (read) => ratio(read('drain', `${OURS}-keep0`, 'rate'), read('drain', 'graphile-tuned', 'rate')),
    atLeast: 1.5,
  },
  { text: 'drain / ceiling', value: against('drain', 'rate', CEILING), atLeast: 0.5 },
  { text: 'wake-up p50 / best peer', value: wakeUp('p50'), atMost: 1.1 },
  { text: 'wake-up p99 / best peer', value: wakeUp('p99'), atMost: 1.1 },
  { text: 'steady 1,000/s: p99 in ms', value: (read) => read('steady', OURS, 'p99'), atMost: 20 },
  { text: 'steady 1,000/s: CPU / graphile tuned', value: against('steady', 'cpu', 'graphile-tuned'), atMost: 0.6 },
  { text: 'at a backlog of 1M / at 50k', value: holds('backlog-1m'), atLeast: 0.85 },
  { text: 'beside 1M finished / without', value: holds('history'), atLeast: 0.85 },
  { text: 'behind 1M delayed / without', value: holds('delayed'), atLeast: 0.85 },
  { text: 'behind 1M of a task it lacks / without', value: holds('foreign'), atLeast: 0.85 },
  { text: 'beside a pinned xmin / without', value: holds('pinned'), atLeast: 0.7 },
  { text: 'heap growth from 100k to 1M jobs in MiB', value: (read) => read('memory', OURS, 'heap-growth'), atMost: 5 },
]

/** The targets that this run can judge, each with what was measured; '' where it measured none of them. */
export function targets(contestants: readonly Contestant[], results: Results): string {
  const read: Read = (workload, contestant, metric) => results.median(workload, contestant, metric)
  const peers = contestants.filter((contestant) => contestant.kind === 'peer').map((peer) => peer.name)
  const rows = TARGETS.flatMap((target) => {
    const value = target.value(read, peers)
    return value === null ? [] : [[target.text, bound(target), figure(value), reached(target, value) ? 'yes' : 'NO']]
  })
  return rows.length === 0 ? '' : aligned([['target', 'bound', 'measured', 'reached'], ...rows])
}

function against(workload: string, metric: string, other: string): Target['value'] {
  return (read) => ratio(read(workload, OURS, metric), read(workload, other, metric))
}

function wakeUp(metric: string): Target['value'] {
  return (read, peers) => ratio(read('wake', OURS, metric), least(peers.map((peer) => read('wake', peer, metric))))
}

function holds(workload: string): Target['value'] {
  return (read) => ratio(read(workload, OURS, 'handled'), read('drain', OURS, 'handled'))
}

function ratio(value: number | null, reference: number | null): number | null {
  return value === null || reference === null ? null : value / reference
}

function most(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? null : Math.max(...known)
}

function least(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? null : Math.min(...known)
}

function bound({ atLeast, atMost }: Target): string {
  return atLeast === undefined ? `at most ${atMost}` : `at least ${atLeast}`
}

function reached({ atLeast, atMost }: Target, value: number): boolean {
  return atLeast === undefined ? value <= (atMost ?? 0) : value >= atLeast
}
