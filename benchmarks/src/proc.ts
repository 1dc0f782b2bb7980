import { readdirSync, readFileSync } from 'node:fs'

/** Linux counts in hundredths of a second, on every architecture that Node runs on. */
const TICKS_PER_SECOND = 100

interface Usage {
  readonly parent: number
  readonly own: number
  readonly ended: number
}

/** CPU seconds that a process has used; null where the system does not tell (no /proc). */
export function cpuOf(pid: number): number | null {
  return usageOf(pid)?.own ?? null
}

/** CPU seconds that a process and all its descendants, those that have ended included, have used. */
export function cpuOfTree(pid: number): number | null {
  if (!usageOf(pid)) return null
  return [...treeOf(pid).values()].reduce((sum, { own, ended }) => sum + own + ended, 0)
}

/**
 * Bytes that a process and its descendants have had the system write to disks; null where it does not tell, or not to
 * everybody.
 */
export function writtenByTree(pid: number): number | null {
  if (!usageOf(pid)) return null
  try {
    const written = (id: number) => Number(/^write_bytes: (\d+)/m.exec(readFileSync(`/proc/${id}/io`, 'latin1'))?.[1])
    return [...treeOf(pid).keys()].reduce((sum, id) => sum + written(id), 0)
  } catch {
    return null
  }
}

/** A process and its descendants. */
function treeOf(pid: number): ReadonlyMap<number, Usage> {
  const all = new Map(
    processIds().flatMap((id) => {
      const usage = usageOf(id)
      return usage ? [[id, usage] as const] : []
    }),
  )
  return new Map([...all].filter(([id]) => id === pid || descends(id, pid, all)))
}

function descends(id: number, ancestor: number, all: ReadonlyMap<number, Usage>): boolean {
  for (let at = all.get(id)?.parent; at !== undefined && at > 1; at = all.get(at)?.parent)
    if (at === ancestor) return true
  return false
}

function processIds(): number[] {
  return readdirSync('/proc').map(Number).filter(Number.isInteger)
}

function usageOf(pid: number): Usage | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The name stands in brackets and may contain anything; the fields after it are those from the third.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const field = (n: number) => Number(fields[n - 3])
    return {
      parent: field(4),
      own: (field(14) + field(15)) / TICKS_PER_SECOND,
      ended: (field(16) + field(17)) / TICKS_PER_SECOND,
    }
  } catch {
    return null
  }
}
