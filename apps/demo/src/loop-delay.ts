import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setImmediate } from 'node:timers/promises'
import { runSync } from '@jobs-worker/sync-bridge'
import { measure } from './measure'
import type { FileVersion } from './tasks/measure-file'

/** How late the event loop was with what was due, in milliseconds. */
export interface Delay {
  readonly p50: number
  readonly p99: number
  readonly longest: number
  /** How long all the work took, in milliseconds. */
  readonly took: number
}

export interface LoopDelays {
  readonly files: number
  readonly bytes: number
  readonly onTheLoop: Delay
  readonly inThreads: Delay
}

const MIB = 1_048_576
const BYTES = 32 * MIB
const INTERVAL = 1

/** Measures a few of the files once more: on the event loop itself, and through runSync. */
export async function loopDelays(files: readonly FileVersion[]): Promise<LoopDelays> {
  const few = sample(files)
  return {
    files: few.length,
    bytes: few.reduce((sum, { bytes }) => sum + bytes, 0),
    onTheLoop: await delayDuring(async () => {
      for (const { path } of few) {
        await measure(path)
        // The least that anybody would do: others have their turn between two files.
        await setImmediate()
      }
    }),
    inThreads: await delayDuring(() => Promise.all(few.map(({ path }) => runSync(measure, path)))),
  }
}

function sample(files: readonly FileVersion[]): FileVersion[] {
  let left = BYTES
  const few: FileVersion[] = []
  for (const file of files) {
    if (file.bytes > Math.min(MIB, left)) continue
    left -= file.bytes
    few.push(file)
  }
  return few
}

async function delayDuring(work: () => Promise<unknown>): Promise<Delay> {
  const delay = monitorEventLoopDelay({ resolution: INTERVAL })
  const began = performance.now()
  delay.enable()
  await work()
  delay.disable()
  // Node counts from one tick of its timer to the next.
  const late = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - INTERVAL)
  const took = performance.now() - began
  return { p50: late(delay.percentile(50)), p99: late(delay.percentile(99)), longest: late(delay.max), took }
}
