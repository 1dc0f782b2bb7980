import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { FileVersion } from './tasks/measure-file'

/** What a loop over the files finds, one after the other, without any queue: path and SHA-256; null where unreadable. */
export function plainLoop(files: readonly FileVersion[]): Map<string, string | null> {
  return new Map(files.map(({ path }) => [path, digestOf(path)]))
}

function digestOf(path: string): string | null {
  try {
    return createHash('sha256').update(readFileSync(path)).digest('hex')
  } catch {
    return null
  }
}

/** One digest over all: two sets of results are the same where these are. */
export function digestOfAll(digests: ReadonlyMap<string, string | null>): string {
  const all = createHash('sha256')
  for (const [path, digest] of [...digests].sort(([a], [b]) => (a < b ? -1 : 1))) all.update(`${path}\0${digest}\n`)
  return all.digest('hex')
}
