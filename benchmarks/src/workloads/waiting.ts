import type { Metric, Workload } from '../workload'

const JOBS = 100_000
const WARM_UP = 1_000
/** Makes a payload of about 143 bytes of JSON. */
const PADDING = 120
const SIZE: Metric = { name: 'size', unit: 'bytes/job', better: 'less' }

export const waiting: Workload = {
  name: 'waiting',
  about: 'what each of 100k waiting jobs of 143 bytes of JSON takes: memory in Redis, else disk',
  metrics: [SIZE],
  async measure(bench) {
    const jobs = bench.jobs(JOBS)
    await using producer = await bench.producer()
    await producer.calls.fill({ jobs: WARM_UP })
    const before = await bench.server.size(bench.database)
    await producer.calls.fill({ jobs, padding: PADDING })
    const after = await bench.server.size(bench.database)
    await producer.calls.close()
    return { size: (after - before) / jobs }
  },
}
