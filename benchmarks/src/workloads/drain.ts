import type { RunnerReport } from '../child/calls'
import { now } from '../clock'
import type { Bench, Metric, Sample, Sizes, Workload } from '../workload'
import { type Standing, stockOf } from './stock'
import { COST, Usage, WRITTEN, writtenFrom } from './usage'

const JOBS = 50_000
/** Who needs longer is measured by what it did until then. */
const LIMIT_MS = 15_000
const RATE: Metric = { name: 'rate', unit: 'jobs/s', better: 'more' }
const HANDLED: Metric = { name: 'handled', unit: 'jobs/s', better: 'more' }

export const drain = drainOf(
  'drain',
  '50k no-op jobs wait, one worker process runs them all; the clock stops when all are settled',
)

export const results = drainOf('results', 'the same where each job answers a result of its own, of 46 bytes', true)

/** From the first handler to the moment when the database shows that all have ended. */
function drainOf(name: string, about: string, results = false): Workload {
  return {
    name,
    about,
    metrics: [RATE, HANDLED, ...COST, WRITTEN],
    ...(results && { accepts: (contestant) => contestant.results === true }),
    stock: (sizes) => stockOf({ due: sizes.jobs(JOBS) }),
    measure: (bench) => measureDrain(bench, results),
  }
}

async function measureDrain(bench: Bench, results: boolean): Promise<Sample> {
  const jobs = bench.jobs(JOBS)
  await using runner = await bench.runner()
  const pending = await bench.contestant.pending(bench.database.url)
  await bench.server.ready()
  const written = await writtenFrom(bench)
  const usage = new Usage(bench, runner)
  await runner.calls.start({ expect: jobs, results })
  const all = await runner.calls.reached({ within: LIMIT_MS })
  while (all && (await pending.ask()));
  const settled = now()
  const cost = { ...usage.perJob(jobs), ...(await written(jobs)) }
  await pending.close()
  const report = await runner.calls.report()
  const handled = handledRate(report)
  return { rate: all ? perSecond(jobs, settled - report.first) : handled, handled, ...(all && cost) }
}

/** The rate of the handlers alone over the first jobs of what waits; for comparing one contestant's circumstances. */
export async function measureHandled(bench: Bench, jobs: number): Promise<Sample> {
  await using runner = await bench.runner()
  await bench.server.ready()
  await runner.calls.start({ expect: jobs })
  await runner.calls.reached({ within: LIMIT_MS })
  return { handled: handledRate(await runner.calls.report()) }
}

/** Drains 50k jobs, or all where fewer are due, beside what else stands in the database. */
export function drainBeside(name: string, about: string, usual: Standing): Workload {
  const due = (sizes: Sizes) => (usual.due === undefined ? sizes.jobs(JOBS) : sizes.standing(usual.due))
  return {
    name,
    about,
    metrics: [HANDLED],
    stock: (sizes) =>
      stockOf({
        finished: sizes.standing(usual.finished ?? 0),
        later: sizes.standing(usual.later ?? 0),
        foreign: sizes.standing(usual.foreign ?? 0),
        due: due(sizes),
      }),
    measure: (bench) => measureHandled(bench, Math.min(bench.jobs(JOBS), due(bench))),
  }
}

function handledRate({ handled, first, last }: RunnerReport): number {
  if (handled === 0) throw new Error('not a single job was run')
  return perSecond(handled, last - first)
}

function perSecond(jobs: number, elapsed: number): number {
  return (jobs / elapsed) * 1_000
}
