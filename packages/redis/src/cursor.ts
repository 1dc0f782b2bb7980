import { InvalidError, JOB_STATES, type JobState } from '@jobs-worker/core/store'

/** Where a page ended: the state, and the last job's score and id as they are stored. */
export interface Position {
  readonly state: JobState
  readonly score: string
  readonly id: string
}

export function encodeCursor({ state, score, id }: Position): string {
  return `${state}/${score}/${id}`
}

/** @throws InvalidError */
export function decodeCursor(cursor: string): Position {
  const [state = '', score = '', id = ''] = cursor.split('/')
  if (isState(state) && score !== '' && Number.isFinite(Number(score)) && /^([0-9a-f]{2})*$/.test(id)) {
    return { state, score, id }
  }
  throw new InvalidError('cursor', cursor, 'a cursor as a page before answered it')
}

function isState(text: string): text is JobState {
  return (JOB_STATES as readonly string[]).includes(text)
}
