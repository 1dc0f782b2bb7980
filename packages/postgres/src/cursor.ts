import { InvalidError, JOB_STATES, type JobState } from '@jobs-worker/core/store'

/** Where a page ended: the state, and the sort key of the last job looked at. */
export type Position = readonly [state: JobState, major: number, minor: number]

export function encodeCursor(position: Position): string {
  return JSON.stringify(position)
}

/** @throws InvalidError */
export function decodeCursor(cursor: string): Position {
  try {
    const [state, major, minor] = JSON.parse(cursor) as Partial<Position>
    if (state && JOB_STATES.includes(state) && Number.isSafeInteger(major) && Number.isSafeInteger(minor)) {
      return [state, major as number, minor as number]
    }
  } catch {
    // Answered below, like every other text that is no cursor.
  }
  throw new InvalidError('cursor', cursor, 'a cursor as a page before answered it')
}
