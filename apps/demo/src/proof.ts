import { lstatSync } from 'node:fs'
import { digestOfAll, plainLoop } from './plain-loop'
import type { Results } from './results'
import type { FileVersion } from './tasks/measure-file'

/** The results in the store beside those of a plain loop over the same files. */
export interface Proof {
  readonly holds: boolean
  readonly files: number
  /** One digest over all paths and digests: as stored, and as the loop finds. */
  readonly stored: string
  readonly found: string
  /** Paths of which the two say different things. */
  readonly differing: readonly string[]
  /** Paths that somebody changed while the demo ran; they are left out. */
  readonly changed: readonly string[]
  /** How long the loop took, in milliseconds. */
  readonly took: number
}

export function prove(files: readonly FileVersion[], results: Results): Proof {
  const began = performance.now()
  const found = plainLoop(files)
  const took = performance.now() - began
  const stored = new Map(files.map(({ path }) => [path, results.completed.get(path)?.result?.sha256 ?? null]))
  const unequal = files.filter(({ path }) => stored.get(path) !== found.get(path))
  const changed = unequal.filter(hasChanged).map(({ path }) => path)
  const differing = unequal.map(({ path }) => path).filter((path) => !changed.includes(path))
  for (const path of changed) {
    stored.delete(path)
    found.delete(path)
  }
  const digests = { stored: digestOfAll(stored), found: digestOfAll(found) }
  return { holds: digests.stored === digests.found, files: found.size, ...digests, differing, changed, took }
}

function hasChanged({ path, bytes, changedAt }: FileVersion): boolean {
  const now = lstatSync(path, { throwIfNoEntry: false })
  return now === undefined || now.size !== bytes || Math.floor(now.mtimeMs) !== changedAt
}
