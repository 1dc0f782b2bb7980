import assert from 'node:assert/strict'
import type { Job, JobState, Jobs } from '@jobs-worker/core'
import { until } from './wait'

/** For assert.rejects and assert.throws: an error with this code. */
export function withCode(code: string): (error: unknown) => boolean {
  return (error) => {
    const found = (error as { code?: unknown } | null)?.code
    assert.equal(found, code, `${error}`)
    return true
  }
}

/** The job once it is in this state. */
export function inState(jobs: Jobs, id: string, state: JobState, ms?: number): Promise<Job> {
  return until(
    `job ${id} is ${state}`,
    async () => {
      const job = await jobs.get(id)
      return job?.state === state && job
    },
    ms,
  )
}

/** The job, which must be there. */
export async function theirJob(jobs: Jobs, id: string): Promise<Job> {
  const job = await jobs.get(id)
  assert.ok(job !== null, `job ${id} is not there`)
  return job
}
