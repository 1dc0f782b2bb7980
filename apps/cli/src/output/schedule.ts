import type { Schedule } from '@jobs-worker/core'
import type { Io } from '../io'
import { plain } from './text'

export function ruleText({ cron, calendar, every, at, tz }: Schedule['rule']): string {
  const zone = tz === undefined || tz === 'UTC' ? '' : ` ${tz}`
  if (cron !== undefined) return cron + zone
  if (calendar !== undefined) return JSON.stringify(calendar) + zone
  return every === undefined ? `once ${at?.toISOString()}` : `every ${every}ms`
}

/** What became of a schedule, and when it runs next. */
export async function sayNext(io: Io, json: boolean | undefined, done: string, schedule: Schedule): Promise<void> {
  const { name, nextRunAt, active } = schedule
  const next = nextRunAt === null ? 'ended' : `next ${nextRunAt.toISOString()}`
  const text = done === 'removed' || done === 'paused' ? done : `${done}, ${active ? next : 'paused'}`
  await io.out(json ? `${JSON.stringify(schedule)}\n` : `${plain(name)} ${text}\n`)
}
