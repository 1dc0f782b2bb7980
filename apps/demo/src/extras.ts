import type { Job, Jobs } from '@jobs-worker/core'
import type { Extras } from './fill'

/** How one of the extras ended. */
export interface Outcome {
  readonly name: string
  readonly story: string
  readonly asExpected: boolean
}

export async function outcomes(jobs: Jobs, extras: Extras): Promise<readonly Outcome[]> {
  const [first] = extras.lastOneOut
  return [
    failedTwice(await jobs.get(extras.shaky.id)),
    postponed(await jobs.get(first?.id ?? '')),
    { ...unique(extras), name: 'last-one-out' },
    cancelled(await jobs.get(extras.endless.id)),
  ]
}

function failedTwice(job: Job | null): Outcome {
  const errors = job?.errors.map(({ attempt, message }) => `attempt ${attempt}: ${message}`) ?? []
  return {
    name: 'shaky',
    story: `${errors.join('; ')}; ${job?.state} at attempt ${job?.attempt}`,
    asExpected: job?.state === 'completed' && errors.length >= 2,
  }
}

function postponed(job: Job | null): Outcome {
  return {
    name: 'last-one-out',
    story: `postponed ${job?.postpones} times while files waited, ${job?.state} at attempt ${job?.attempt}`,
    asExpected: job?.state === 'completed',
  }
}

function unique({ lastOneOut }: Extras): Omit<Outcome, 'name'> {
  const ids = new Set(lastOneOut.map(({ id }) => id))
  return { story: `unique: ${lastOneOut.length} calls at once made ${ids.size} job`, asExpected: ids.size === 1 }
}

function cancelled(job: Job | null): Outcome {
  return {
    name: 'endless',
    story: `${job?.state} while it ran`,
    asExpected: job?.state === 'cancelled' && job.startedAt !== null,
  }
}
