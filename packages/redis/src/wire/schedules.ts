import type { Firing, ScheduleRecord } from '@jobs-worker/core/store'
import { encodeApart } from './encode-jobs'
import type { Packable } from './pack'
import type { Reader } from './reader'

/** Firings as fire_schedules.lua takes them, and the specs that their jobs share. */
export function encodeFirings(firings: readonly Firing[]): [firings: Packable, specs: Packable] {
  const [specs, rows] = encodeApart(firings.flatMap(({ jobs }) => jobs.map(({ job }) => job)))
  let at = 0
  const encoded = firings.map(({ name, revision, epoch, nextRunAt, jobs }) => {
    const latest = jobs.at(-1)?.time ?? nextRunAt
    return [name, revision, epoch, latest, jobs.map(({ time }) => [time, rows[at++] as Packable])]
  })
  return [encoded, specs]
}

/** A schedule as lib/schedules.lua shows it. */
export function readSchedule(reader: Reader): ScheduleRecord {
  reader.array()
  const name = reader.text()
  reader.array()
  const [revision, epoch, active] = [reader.number(), reader.number(), reader.boolean()]
  const nextRunAt = reader.maybe(() => reader.number())
  const createdAt = reader.number()
  const lastRunAt = reader.maybe(() => reader.number())
  const lastJob = reader.maybe(() => reader.text())
  const [runs, retryDelay, queue] = [reader.number(), reader.number(), reader.text()]
  reader.array()
  const [task, timing, definition] = [reader.text(), reader.text(), reader.text()]
  const times = { nextRunAt, createdAt, lastRunAt, retryDelay }
  return { name, task, queue, timing, definition, active, revision, epoch, ...times, lastJob, runs }
}
