import { Ratios, type Target } from './ratios'

const OURS = 'jobs-worker-redis'
const ours = new Ratios(OURS)
const keepNone = new Ratios(`${OURS}-keep0`)

export const redisTargets: readonly Target[] = [
  { text: 'bulk enqueue / BullMQ', value: ours.to('bullmq', 'bulk', 'rate'), atLeast: 3 },
  { text: 'bulk enqueue / groupmq', value: ours.to('groupmq', 'bulk', 'rate'), atLeast: 3 },
  { text: 'bulk enqueue / bee-queue', value: ours.to('bee-queue', 'bulk', 'rate'), atLeast: 1.3 },
  { text: 'bulk enqueue / ceiling', value: ours.to('ceiling-redis', 'bulk', 'rate'), atLeast: 0.4 },
  { text: 'single enqueue / BullMQ', value: ours.to('bullmq', 'single', 'rate'), atLeast: 2.5 },
  { text: 'single enqueue / groupmq', value: ours.to('groupmq', 'single', 'rate'), atLeast: 2.5 },
  { text: 'drain / BullMQ, history kept', value: ours.to('bullmq', 'drain', 'rate'), atLeast: 3 },
  { text: 'drain / BullMQ, keep: 0', value: keepNone.to('bullmq-remove', 'drain', 'rate'), atLeast: 3 },
  { text: 'drain / groupmq, keep: 0', value: keepNone.to('groupmq', 'drain', 'rate'), atLeast: 3 },
  { text: 'drain / bee-queue, keep: 0', value: keepNone.to('bee-queue', 'drain', 'rate'), atLeast: 1.3 },
  { text: 'drain / ceiling, history kept', value: ours.to('ceiling-redis', 'drain', 'rate'), atLeast: 0.4 },
  { text: 'drain / ceiling, keep: 0', value: keepNone.to('ceiling-redis', 'drain', 'rate'), atLeast: 0.4 },
  { text: 'wake-up p50 / best peer', value: ours.toLeastOfPeers('wake', 'p50'), atMost: 1.1 },
  { text: 'wake-up p99 / best peer', value: ours.toLeastOfPeers('wake', 'p99'), atMost: 1.1 },
  { text: 'steady 1,000/s: CPU / BullMQ', value: ours.to('bullmq', 'steady', 'cpu'), atMost: 0.5 },
  { text: 'memory of a waiting job / BullMQ', value: ours.to('bullmq', 'waiting', 'size'), atMost: 0.5 },
]
