import type { Metric, Workload } from '../workload'
import { drainBeside, measureHandled } from './drain'
import { stockOf } from './stock'

const MILLION = 1_000_000
const PINNED = 200_000
const HANDLED: Metric = { name: 'handled', unit: 'jobs/s', better: 'more' }

/** How the rate of a drain holds when something else grows; to be read against the drain of the same contestant. */
export const growth: readonly Workload[] = [
  drainBeside('backlog-10k', 'the rate at a backlog of 10k', { due: 10_000 }),
  drainBeside('backlog-100k', 'the first 50k of a backlog of 100k', { due: 100_000 }),
  drainBeside('backlog-1m', 'the first 50k of a backlog of 1M', { due: MILLION }),
  drainBeside('history', '50k beside 1M finished jobs that are kept', { finished: MILLION }),
  drainBeside('delayed', '50k behind 1M jobs that are due in an hour', { later: MILLION }),
  drainBeside('foreign', '50k behind 1M queued jobs of a task that the worker does not have', { foreign: MILLION }),
  {
    name: 'unpinned',
    about: '200k, to compare the next with',
    metrics: [HANDLED],
    servers: ['postgres'],
    stock: (sizes) => stockOf({ due: sizes.jobs(PINNED) }),
    measure: (bench) => measureHandled(bench, bench.jobs(PINNED)),
  },
  {
    name: 'pinned',
    about: '200k beside a transaction that pins xmin from before the first to after the last',
    metrics: [HANDLED],
    servers: ['postgres'],
    stock: (sizes) => stockOf({ due: sizes.jobs(PINNED) }),
    async measure(bench) {
      await using _ = await bench.server.hold?.(bench.database)
      return await measureHandled(bench, bench.jobs(PINNED))
    },
  },
]
