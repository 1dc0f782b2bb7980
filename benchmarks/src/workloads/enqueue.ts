import type { Metric, Workload } from '../workload'
import { COST, Usage, WRITTEN, writtenFrom } from './usage'

const RATE: Metric = { name: 'rate', unit: 'jobs/s', better: 'more' }
const WARM_UP = 1_000
const BULK = 50_000
const SINGLE = 10_000
const IN_FLIGHT = 50
/** Who needs longer is measured by what it did until then. */
const LIMIT_MS = 10_000

export const bulk: Workload = {
  name: 'bulk',
  about: '50k jobs enqueued by the call for many, one process',
  metrics: [RATE, ...COST, WRITTEN],
  async measure(bench) {
    const jobs = bench.jobs(BULK)
    await using producer = await bench.producer()
    await producer.calls.fill({ jobs: WARM_UP })
    await bench.server.ready()
    const written = await writtenFrom(bench)
    const usage = new Usage(bench, producer)
    const elapsed = await producer.calls.fill({ jobs })
    const cost = { ...usage.perJob(jobs), ...(await written(jobs)) }
    await producer.calls.close()
    return { rate: (jobs / elapsed) * 1_000, ...cost }
  },
}

export const single: Workload = {
  name: 'single',
  about: '10k calls that enqueue one job, 50 in flight, one process',
  metrics: [RATE, ...COST, WRITTEN],
  async measure(bench) {
    const jobs = bench.jobs(SINGLE)
    await using producer = await bench.producer()
    await bench.server.ready()
    const written = await writtenFrom(bench)
    const usage = new Usage(bench, producer)
    const { enqueued, elapsed } = await producer.calls.single({ jobs, inFlight: IN_FLIGHT, within: LIMIT_MS })
    const cost = { ...usage.perJob(enqueued), ...(await written(enqueued)) }
    await producer.calls.close()
    return { rate: (enqueued / elapsed) * 1_000, ...cost }
  },
}
