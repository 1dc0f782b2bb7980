import type { Metric, Workload } from '../workload'
import { stockOf } from './stock'

const JOBS = 1_000_000
const SAMPLES = 10
const LIMIT_MS = 120_000
const MIB = 1_048_576
const MB = (name: string): Metric => ({ name, unit: 'MiB', better: 'less' })

/** Memory of one worker process while it runs a million jobs; the heap after a full collection. */
export const memory: Workload = {
  name: 'memory',
  about: 'a worker process over 1M jobs: heap after a collection, and resident memory, at 10 % and at the end',
  metrics: [MB('heap-growth'), MB('heap-10%'), MB('heap-100%'), MB('rss-10%'), MB('rss-100%')],
  stock: (sizes) => stockOf({ due: sizes.jobs(JOBS) }),
  async measure(bench) {
    const jobs = bench.jobs(JOBS)
    await using runner = await bench.runner()
    await bench.server.ready()
    await runner.calls.start({ expect: jobs, sampleMemoryEvery: Math.floor(jobs / SAMPLES) })
    await runner.calls.reached({ within: LIMIT_MS })
    const samples = (await runner.calls.report()).memory
    const [early, late] = [samples.at(0), samples.at(-1)]
    if (!early || !late) throw new Error('no memory samples')
    return {
      'heap-growth': (late.heap - early.heap) / MIB,
      'heap-10%': early.heap / MIB,
      'heap-100%': late.heap / MIB,
      'rss-10%': early.rss / MIB,
      'rss-100%': late.rss / MIB,
    }
  },
}
