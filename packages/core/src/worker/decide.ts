import { parseDuration } from '../model/duration'
import { codeOf } from '../model/error-code'
import { MaxPostponesError } from '../model/errors'
import { backoff, covers } from '../model/retry'
import type { Settings } from '../model/settings'

/** What a failure leads to. Pure: the store only writes it down. */
export type Decision =
  | { readonly kind: 'retry'; readonly delay: number; readonly error: unknown }
  | { readonly kind: 'postpone'; readonly delay: number }
  | { readonly kind: 'fail'; readonly error: unknown }

export interface Situation {
  readonly attempt: number
  readonly maxAttempts: number
  readonly postpones: number
  readonly settings: Settings
}

/** What becomes of a job whose handler threw. */
export function decide(error: unknown, { attempt, maxAttempts, postpones, settings }: Situation): Decision {
  const code = codeOf(error)
  if (code === 'JOBS_POSTPONE') return postpone(error as { delay?: number | string }, postpones, settings)
  if (code === 'JOBS_PERMANENT' || attempt >= maxAttempts) return { kind: 'fail', error }
  try {
    if (!covers(settings.retry.on, error)) return { kind: 'fail', error }
    return { kind: 'retry', delay: backoff(settings.retry, attempt, error), error }
  } catch (broken) {
    // A predicate or strategy of the user's that throws tells more than the error it was asked about.
    return { kind: 'fail', error: new Error(`the retry policy threw: ${(broken as Error)?.message}`, { cause: error }) }
  }
}

function postpone(error: { delay?: number | string }, postpones: number, settings: Settings): Decision {
  const { max, delay } = settings.postpone
  if (max !== null && postpones >= max) return { kind: 'fail', error: new MaxPostponesError(max) }
  if (error.delay === undefined) return { kind: 'postpone', delay }
  try {
    return { kind: 'postpone', delay: parseDuration('postpone', error.delay) }
  } catch (invalid) {
    return { kind: 'fail', error: invalid }
  }
}
