import { InvalidError } from '../../model/errors'
import { isFinal, JOB_STATES, type JobState } from '../../model/job'
import type { ListFilter, ListPage } from '../port'
import { type Entry, toRecord } from './entry'
import type { Jobs } from './jobs'

/** Where a page ended: the state, and the sort key of the last job. */
type Position = readonly [state: JobState, major: number, minor: number]

/** State by state; within one, sorted by two numbers. */
export function listJobs(jobs: Jobs, filter: ListFilter): ListPage {
  const after = filter.cursor === undefined ? null : parse(filter.cursor)
  const states = JOB_STATES.filter((state) => filter.states?.includes(state) ?? true)
  const found: Entry[] = []
  for (const state of states) {
    if (after && JOB_STATES.indexOf(state) < JOB_STATES.indexOf(after[0])) continue
    found.push(...sorted(jobs, filter, state, after?.[0] === state ? after : null))
    if (found.length > filter.limit) break
  }
  const page = found.slice(0, filter.limit)
  const last = page.at(-1)
  const cursor = last && found.length > page.length ? JSON.stringify(position(last)) : null
  return { jobs: page.map(toRecord), cursor }
}

function sorted(jobs: Jobs, filter: ListFilter, state: JobState, after: Position | null): Entry[] {
  const found: Entry[] = []
  for (const entry of jobs.all.values()) {
    if (entry.state !== state || jobs.expired(entry)) continue
    if (filter.queue !== undefined && entry.queue !== filter.queue) continue
    if (filter.task !== undefined && entry.task !== filter.task) continue
    if (!after || compare(position(entry), after) > 0) found.push(entry)
  }
  return found.sort((a, b) => compare(position(a), position(b)))
}

function position(entry: Entry): Position {
  const state = entry.state as JobState
  if (state === 'scheduled') return [state, entry.dueAt, entry.order]
  if (isFinal(state)) return [state, -(entry.finishedAt as number), -entry.order]
  return [state, entry.rank, entry.order]
}

function compare(a: Position, b: Position): number {
  return a[1] - b[1] || a[2] - b[2]
}

function parse(cursor: string): Position {
  try {
    const [state, major, minor] = JSON.parse(cursor) as Partial<Position>
    if (state && JOB_STATES.includes(state) && Number.isFinite(major) && Number.isFinite(minor)) {
      return [state, major as number, minor as number]
    }
  } catch {
    // Answered below, like every other text that is no cursor.
  }
  throw new InvalidError('cursor', cursor, 'a cursor as a page before answered it')
}
