import type { Logger } from '../model/logger'
import type { Events } from '../observe/events'
import type { ClaimedJob, Outcome } from '../store/port'

const EVENT_OF = {
  complete: 'completed',
  fail: 'failed',
  cancel: 'cancelled',
  retry: 'retrying',
  postpone: 'postponed',
  release: null,
} as const

/** Logs what an operator must know of a run that was settled, and emits its event. */
export function tellSettled(
  { log, events, workerId }: { readonly log: Logger; readonly events: Events; readonly workerId: string },
  job: ClaimedJob,
  outcome: Outcome,
  accepted: boolean,
): void {
  if (!accepted) {
    if (outcome.ranFor !== null) log.warn(`job ${job.id}: its lease was taken, what run ${job.run} did is not stored`)
    return
  }
  if (outcome.kind === 'fail') {
    const { name, message } = outcome.error
    log.warn(`worker '${workerId}' job ${job.id} of task '${job.task}' failed: ${name}: ${message}`)
  }
  const type = EVENT_OF[outcome.kind]
  if (type !== null && events.wanted(type)) events.emit(type, job)
}
