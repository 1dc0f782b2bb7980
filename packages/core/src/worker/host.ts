import type { WorkerHolder } from '../store/port'

/** What a process can say of itself and of its neighbours; a browser has neither. */
interface ProcessLike {
  readonly pid?: number
  readonly env?: Record<string, string | undefined>
  kill?(pid: number, signal: number): boolean
  getBuiltinModule?(id: string): unknown
}

const here = (globalThis as { process?: ProcessLike }).process

/** The instances that live in this process: a holder with our own pid that is not among them is of a former life of the pid. */
export const liveInstances = new Set<string>()

export const pid = here?.pid ?? 0

export function hostName(): string {
  const os = here?.getBuiltinModule?.('node:os') as { hostname(): string } | undefined
  return os?.hostname() ?? here?.env?.HOSTNAME ?? 'browser'
}

/** true: its process is gone; false: it lives in this very process; null: not to be known from here. */
export function isGone(holder: WorkerHolder): boolean | null {
  if (holder.host !== hostName() || here?.kill === undefined) return null
  if (holder.pid === pid) return !liveInstances.has(holder.instance)
  try {
    here.kill(holder.pid, 0)
    // Alive, but perhaps another program under the same number: the beats decide.
    return null
  } catch (error) {
    return (error as { code?: string }).code === 'ESRCH' ? true : null
  }
}
