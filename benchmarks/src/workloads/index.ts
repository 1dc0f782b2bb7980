import type { Workload } from '../workload'
import { drain, results } from './drain'
import { bulk, single } from './enqueue'
import { growth } from './growth'
import { gentle, steady, wake } from './latency'
import { memory } from './memory'
import { waiting } from './waiting'

/** Everything, in the order of the tables. */
export const workloads: readonly Workload[] = [
  bulk,
  single,
  drain,
  results,
  wake,
  steady,
  gentle,
  ...growth,
  memory,
  waiting,
]
