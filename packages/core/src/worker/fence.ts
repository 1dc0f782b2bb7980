import type { Fence } from '../store/port'

/** Nothing but the fence of a job. */
export function fenceOf({ id, run, claim }: Fence): Fence {
  return { id, run, claim }
}
