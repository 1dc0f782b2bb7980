import { Ratios, type Target } from './ratios'

const OURS = 'jobs-worker'
const ours = new Ratios(OURS)
const keepNone = new Ratios(`${OURS}-keep0`)

export const postgresTargets: readonly Target[] = [
  { text: 'bulk enqueue / best peer', value: ours.toFastestPeer('bulk', 'rate'), atLeast: 1.3 },
  { text: 'bulk enqueue / ceiling', value: ours.to('ceiling', 'bulk', 'rate'), atLeast: 0.4 },
  { text: 'single enqueue / pg-boss', value: ours.to('pg-boss', 'single', 'rate'), atLeast: 8 },
  { text: 'single enqueue / gathered ceiling', value: ours.to('ceiling', 'single', 'rate'), atLeast: 0.4 },
  {
    text: 'drain / graphile tuned, history kept',
    value: ours.to('graphile-tuned', 'drain', 'rate'),
    atLeast: 1.2,
  },
  { text: 'drain / graphile tuned, keep: 0', value: keepNone.to('graphile-tuned', 'drain', 'rate'), atLeast: 1.5 },
  { text: 'drain / ceiling', value: ours.to('ceiling', 'drain', 'rate'), atLeast: 0.5 },
  { text: 'wake-up p50 / best peer', value: ours.toLeastOfPeers('wake', 'p50'), atMost: 1.1 },
  { text: 'wake-up p99 / best peer', value: ours.toLeastOfPeers('wake', 'p99'), atMost: 1.1 },
  { text: 'steady 1,000/s: p99 in ms', value: (read) => read('steady', OURS, 'p99'), atMost: 20 },
  { text: 'steady 1,000/s: CPU / graphile tuned', value: ours.to('graphile-tuned', 'steady', 'cpu'), atMost: 0.6 },
  { text: 'at a backlog of 1M / at 50k', value: ours.holds('backlog-1m'), atLeast: 0.85 },
  { text: 'beside 1M finished / without', value: ours.holds('history'), atLeast: 0.85 },
  { text: 'behind 1M delayed / without', value: ours.holds('delayed'), atLeast: 0.85 },
  { text: 'behind 1M of a task it lacks / without', value: ours.holds('foreign'), atLeast: 0.85 },
  { text: 'beside a pinned xmin / without', value: ours.holds('pinned'), atLeast: 0.7 },
  { text: 'heap growth from 100k to 1M jobs in MiB', value: (read) => read('memory', OURS, 'heap-growth'), atMost: 5 },
]
