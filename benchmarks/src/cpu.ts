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
  const root = usageOf(pid)
  if (!root) return null
  const all = new Map(
    processIds().flatMap((id) => {
      const usage = usageOf(id)
      return usage ? [[id, usage] as const] : []
    }),
  )
  let sum = root.own + root.ended
  for (const [id, usage] of all) if (id !== pid && descends(id, pid, all)) sum += usage.own + usage.ended
  return sum
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
