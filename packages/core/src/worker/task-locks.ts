import { toLocks } from '../client/prepare'
import type { LockRequest } from '../model/job'
import { parseInput } from '../model/schema'
import type { AnyTask } from '../model/task'
import type { ClaimedJob } from '../store/port'

/**
 * The locks of a job whose enqueuer did not know its task. Input that does not fit needs none: its run will say why.
 * @throws what the task's `locks` threw, InvalidError
 */
export async function locksOf(task: AnyTask, job: ClaimedJob): Promise<readonly LockRequest[]> {
  if (task.locks === undefined) return []
  let input: unknown
  try {
    input = await parseInput(task.name, task.schema, job.input === null ? undefined : JSON.parse(job.input))
  } catch {
    return []
  }
  return toLocks(task.name, task.locks(input))
}
