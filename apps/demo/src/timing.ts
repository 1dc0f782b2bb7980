import type { FileJob } from './results'

export interface Timing {
  readonly jobs: number
  readonly bytes: number
  /** From the first start to the last end. */
  readonly seconds: number
  /** From start to end of a job, as the store has it, in milliseconds. */
  readonly p50: number
  readonly p99: number
  /** By priority, lowest first: when the first and the last of them started, in seconds since the first of all. */
  readonly priorities: readonly {
    readonly priority: number
    readonly jobs: number
    readonly first: number
    readonly last: number
  }[]
}

/** How long jobs that have ended took; null where there are none. */
export function timing(jobs: readonly FileJob[]): Timing | null {
  const runs = jobs.map((job) => ({ job, start: Number(job.startedAt), end: Number(job.finishedAt) }))
  const took = runs.map(({ start, end }) => end - start).sort((a, b) => a - b)
  if (runs.length === 0) return null
  const began = least(runs.map(({ start }) => start))
  const priorities = [...new Set(jobs.map(({ priority }) => priority))].sort((a, b) => a - b)
  return {
    jobs: runs.length,
    bytes: runs.reduce((sum, { job }) => sum + (job.result?.bytes ?? 0), 0),
    seconds: (most(runs.map(({ end }) => end)) - began) / 1_000,
    p50: quantile(took, 0.5),
    p99: quantile(took, 0.99),
    priorities: priorities.map((priority) => {
      const starts = runs.filter(({ job }) => job.priority === priority).map(({ start }) => (start - began) / 1_000)
      return { priority, jobs: starts.length, first: least(starts), last: most(starts) }
    }),
  }
}

/** Of sorted values, by the nearest rank. */
function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0
}

const least = (values: readonly number[]) => values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)
const most = (values: readonly number[]) => values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
