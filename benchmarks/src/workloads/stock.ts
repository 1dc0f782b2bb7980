import type { Bench, Stock } from '../workload'

const LIMIT_MS = 300_000

/** How many jobs of which kind stand in the database; finished ones were run by the contestant's own worker. */
export interface Standing {
  readonly finished?: number
  readonly later?: number
  readonly foreign?: number
  readonly due?: number
}

/** Enqueued in the order finished, later, foreign, due: what is to be run comes last. */
export function stockOf(standing: Standing): Stock {
  const { finished = 0, later = 0, foreign = 0, due = 0 } = standing
  return {
    key: `${finished} finished, ${later} later, ${foreign} foreign, ${due} due`,
    async fill(bench) {
      await using producer = await bench.producer()
      if (finished) {
        await producer.calls.fill({ jobs: finished })
        await runAll(bench, finished)
      }
      if (later) await producer.calls.fill({ jobs: later, kind: 'later' })
      if (foreign) await producer.calls.fill({ jobs: foreign, kind: 'foreign' })
      if (due) await producer.calls.fill({ jobs: due })
      await producer.calls.close()
    },
  }
}

async function runAll(bench: Bench, jobs: number): Promise<void> {
  await using runner = await bench.runner()
  await runner.calls.start({ expect: jobs })
  if (!(await runner.calls.reached({ within: LIMIT_MS })))
    throw new Error(`${jobs} jobs were not run within ${LIMIT_MS} ms`)
  await runner.calls.stop()
}
