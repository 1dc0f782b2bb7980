import type { ErrorRecord, Fence, Outcome } from '@jobs-worker/core/store'
import { errorRecord } from './jobs'

const DAY = 86_400_000

export const KEEP = { completed: DAY, failed: DAY, cancelled: DAY }

/** Just the fence of a claimed job. */
export function fence({ id, run, claim }: Fence): Fence {
  return { id, run, claim }
}

const ran = (job: Fence) => ({ ...fence(job), ranFor: 1 })

export function complete(job: Fence, result: string | null = null, keep = DAY): Outcome {
  return { ...ran(job), kind: 'complete', result, keep }
}

export function fail(job: Fence, error: ErrorRecord = errorRecord(), keep = DAY): Outcome {
  return { ...ran(job), kind: 'fail', error, keep }
}

export function cancelled(job: Fence, keep = DAY): Outcome {
  return { ...ran(job), kind: 'cancel', keep }
}

export function retry(job: Fence, delay = 0, error: ErrorRecord = errorRecord()): Outcome {
  return { ...ran(job), kind: 'retry', error, delay }
}

export function postpone(job: Fence, delay = 0): Outcome {
  return { ...ran(job), kind: 'postpone', delay }
}

/** @param ranFor null: the handler never began */
export function release(job: Fence, ranFor: number | null = null): Outcome {
  return { ...fence(job), ranFor, kind: 'release' }
}
