import type { ChildProcess } from 'node:child_process'
import type { Logger } from '@jobs-worker/core'
import { Place } from './place'
import type { Assignment } from './process'
import { DRAIN, type Stop } from './stop'

export interface SupervisorOptions {
  readonly stop: Stop
  readonly log: Logger
  fork(): ChildProcess
}

/** Keeps a process running for each assignment, until told to stop. Answers the exit code. */
export async function supervise(assignments: readonly Assignment[], options: SupervisorOptions): Promise<number> {
  const { stop } = options
  const places = assignments.map((assignment) => new Place(assignment, options))
  stop.onRaise((level) => {
    for (const place of places) place.tell({ stop: level })
  })
  // The first goes ahead: what is wrong with the settings is wrong for all, and said once.
  const [first, ...rest] = places as [Place, ...Place[]]
  const codes = [keep(first, stop)]
  await Promise.race([first.started, codes[0]])
  codes.push(...rest.map((place) => keep(place, stop)))
  return Math.max(...(await Promise.all(codes)))
}

/** A process that cannot even start ends all. */
async function keep(place: Place, stop: Stop): Promise<number> {
  const code = await place.keep()
  stop.raise(DRAIN)
  return code
}
