import { type Catalog, isSameKeep } from '../model/catalog'
import type { PartialSettings, Settings } from '../model/settings'
import type { AnyTask } from '../model/task'
import type { ClaimedJob } from '../store/port'

/**
 * The settings of one run.
 * @param overrides beat the task's and the call's (flags of the command line)
 */
export function settingsOf(catalog: Catalog, overrides: PartialSettings, task: AnyTask, job: ClaimedJob): Settings {
  // What crossed the store as JSON was checked where it entered.
  const call = job.settings as PartialSettings | null
  const hasOverrides = Object.keys(overrides).length > 0
  const settings = catalog.settings(
    task,
    job.queue,
    hasOverrides || call !== null ? { ...call, ...overrides } : undefined,
  )
  // Most jobs were enqueued with what holds here too, and need no copy.
  if (job.keep === null || hasOverrides || isSameKeep(job.keep, settings.keep)) return settings
  return { ...settings, keep: job.keep }
}
