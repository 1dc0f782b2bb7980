import { Ratios, type Target } from './ratios'

const OURS = 'jobs-worker-mongo'
const CEILING = 'ceiling-mongo'
const ours = new Ratios(OURS)
const keepNone = new Ratios(`${OURS}-keep0`)

export const mongoTargets: readonly Target[] = [
  { text: 'bulk enqueue / ceiling', value: ours.to(CEILING, 'bulk', 'rate'), atLeast: 0.5 },
  { text: 'single enqueue / ceiling, not gathered', value: ours.to(CEILING, 'single', 'rate'), atLeast: 3 },
  { text: 'drain / ceiling, keep: 0', value: keepNone.to(CEILING, 'drain', 'rate'), atLeast: 0.5 },
  { text: 'drain / ceiling, history kept', value: ours.to(CEILING, 'drain', 'rate'), atLeast: 0.4 },
  {
    text: 'drain with results of their own / ceiling',
    value: ours.across('results', CEILING, 'drain', 'rate'),
    atLeast: 0.2,
  },
  { text: 'wake-up p50 in ms', value: (read) => read('wake', OURS, 'p50'), atMost: 5 },
  { text: 'wake-up p99 in ms', value: (read) => read('wake', OURS, 'p99'), atMost: 12 },
  {
    text: 'worker CPU at 1,000/s / Agenda at 200/s',
    value: ours.across('steady', 'agenda-mongo', 'gentle', 'worker'),
    atMost: 0.5,
  },
  { text: 'a job of a backlog of 1M / of 50k', value: ours.costs('backlog-1m'), atMost: 1.3 },
  { text: 'a job behind 1M delayed / without', value: ours.costs('delayed'), atMost: 1.3 },
  { text: 'a job behind 1M of a task it lacks / without', value: ours.costs('foreign'), atMost: 1.3 },
]
