import type { AnyTask, ThreadRunner } from '@jobs-worker/core'
import { importPackage } from '../packages'

type SyncBridge = (options: { readonly threads?: number }) => ThreadRunner

/** What runs tasks isolated in threads, where there are some. */
export async function threadsFor(
  tasks: readonly AnyTask[],
  threads: number | undefined,
  cwd: string,
): Promise<ThreadRunner | undefined> {
  const isolated = tasks.find((task) => task.isolation === 'thread')
  if (isolated === undefined) return undefined
  const what = `task ${JSON.stringify(isolated.name)}, which runs in a thread,`
  const { syncBridge } = await importPackage('@jobs-worker/sync-bridge', cwd, what)
  return (syncBridge as SyncBridge)(threads === undefined ? {} : { threads })
}
