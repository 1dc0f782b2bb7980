import type { RunnerCalls } from '../child/calls'
import type { Child } from '../child/handle'
import { percentile } from '../statistics'
import type { Bench, Metric, Sample, Workload } from '../workload'
import { Usage } from './usage'

const MS = (name: string): Metric => ({ name, unit: 'ms', better: 'less' })
const CPU = (name: string): Metric => ({ name, unit: 'CPU us/job', better: 'less' })
const STEADY_METRICS = [MS('p99'), MS('p50'), CPU('cpu'), CPU('worker'), CPU('server'), CPU('producer')]
const WAKES = 300
const IDLE = { minGap: 30, maxGap: 60 }
const STEADY_SECONDS = 10
const WARM_UP = 20
/** For what is still in the line when the last one was enqueued. */
const LIMIT_MS = 60_000

export const wake: Workload = {
  name: 'wake',
  about: 'an idle worker; another process enqueues one job every 30 to 60 ms; from the call to the handler',
  metrics: [MS('p50'), MS('p95'), MS('p99')],
  async measure(bench) {
    const jobs = bench.jobs(WAKES)
    await using runner = await bench.runner()
    await using producer = await bench.producer()
    await bench.server.ready()
    await runner.calls.start({ expect: WARM_UP + jobs })
    await producer.calls.pulse({ jobs: WARM_UP + jobs, ...IDLE })
    await allHandled(runner)
    const latencies = (await runner.calls.report()).latencies.slice(WARM_UP)
    await producer.calls.close()
    await runner.calls.stop()
    return { p50: percentile(latencies, 0.5), p95: percentile(latencies, 0.95), p99: percentile(latencies, 0.99) }
  },
}

export const steady: Workload = {
  name: 'steady',
  about:
    '1,000 jobs/s enqueued one by one for 10 s; from the instant a job was to be enqueued to the handler; CPU of worker and server',
  metrics: STEADY_METRICS,
  measure: (bench) => measureSteady(bench, 1_000),
}

export const gentle: Workload = {
  name: 'gentle',
  about: 'the same at 200 jobs/s, for those who cannot do 1,000/s',
  metrics: STEADY_METRICS,
  accepts: ({ kind, except }) => kind === 'ours' || except?.includes('steady') === true,
  measure: (bench) => measureSteady(bench, 200),
}

async function measureSteady(bench: Bench, rate: number): Promise<Sample> {
  const jobs = bench.jobs(rate * STEADY_SECONDS)
  const warmUp = rate
  await using runner = await bench.runner()
  await using producer = await bench.producer()
  await bench.server.ready()
  await runner.calls.start({ expect: warmUp + jobs })
  await producer.calls.steady({ jobs: warmUp, rate })
  const [worked, enqueued] = [new Usage(bench, runner), new Usage(bench, producer)]
  await producer.calls.steady({ jobs, rate })
  await allHandled(runner)
  const { client: worker, server } = worked.perJob(jobs)
  const { client: producerCost } = enqueued.perJob(jobs)
  const latencies = (await runner.calls.report()).latencies.slice(warmUp)
  await producer.calls.close()
  await runner.calls.stop()
  return {
    p99: percentile(latencies, 0.99),
    p50: percentile(latencies, 0.5),
    cpu: worker === null || server === null ? null : worker + server,
    worker,
    server,
    producer: producerCost,
  }
}

async function allHandled(runner: Child<RunnerCalls>): Promise<void> {
  if (await runner.calls.reached({ within: LIMIT_MS })) return
  const { handled } = await runner.calls.report()
  throw new Error(`only ${handled} jobs were run within ${LIMIT_MS} ms of the last enqueue`)
}
