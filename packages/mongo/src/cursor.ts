import { InvalidError, JOB_STATES, type JobState } from '@jobs-worker/core/store'

/** Where a page ended: the state, and what the last job is sorted by, its id last. */
export interface Position {
  readonly state: JobState
  readonly place: Place
}

export type Place = readonly [major: number, minor: number, id: string]

export function encodeCursor({ state, place }: Position): string {
  return [state, ...place].join('/')
}

/** @throws InvalidError */
export function decodeCursor(cursor: string): Position {
  const [state = '', major = '', minor = '', id, ...more] = cursor.split('/')
  const numbers = [major, minor].map((text) => (text === '' ? Number.NaN : Number(text)))
  const [first, second] = numbers as [number, number]
  if (isState(state) && numbers.every(Number.isFinite) && id !== undefined && more.length === 0) {
    return { state, place: [first, second, id] }
  }
  throw new InvalidError('cursor', cursor, 'a cursor as a page before answered it')
}

function isState(text: string): text is JobState {
  return (JOB_STATES as readonly string[]).includes(text)
}
