import type { FileJob } from './results'

export interface Duplicate {
  readonly copies: number
  readonly bytes: number
  readonly path: string
}

export interface Totals {
  readonly files: number
  readonly bytes: number
  readonly gzipped: number
}

/** What the results say about the files: totals, and contents that are there more than once, most bytes first. */
export function findings(measured: Iterable<FileJob>): { totals: Totals; duplicates: readonly Duplicate[] } {
  const totals = { files: 0, bytes: 0, gzipped: 0 }
  const contents = new Map<string, Duplicate>()
  for (const { input, result } of measured) {
    if (result === null) continue
    totals.files += 1
    totals.bytes += result.bytes
    totals.gzipped += result.gzipped
    const known = contents.get(result.sha256) ?? { copies: 0, bytes: result.bytes, path: input.path }
    contents.set(result.sha256, { ...known, copies: known.copies + 1 })
  }
  const duplicates = [...contents.values()].filter(({ copies, bytes }) => copies > 1 && bytes > 0)
  return { totals, duplicates: duplicates.sort((a, b) => surplus(b) - surplus(a)) }
}

/** What all copies but the first take. */
export const surplus = ({ copies, bytes }: Duplicate) => (copies - 1) * bytes
