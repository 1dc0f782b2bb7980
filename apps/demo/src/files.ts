import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { FileVersion } from './tasks/measure-file'

/** Where to stop taking files; infinite for everything. */
export interface Bounds {
  readonly files: number
  readonly bytes: number
}

export interface Selection {
  readonly files: readonly FileVersion[]
  readonly bytes: number
  /** There are more files below the folder than these. */
  readonly bounded: boolean
}

/** The files below a folder in the order of their names, links not followed, up to the bounds. */
export async function filesBelow(folder: string, bounds: Bounds): Promise<Selection> {
  const files: FileVersion[] = []
  let bytes = 0
  for await (const file of walk(folder)) {
    if (files.length === bounds.files || bytes + file.bytes > bounds.bytes) return { files, bytes, bounded: true }
    files.push(file)
    bytes += file.bytes
  }
  return { files, bytes, bounded: false }
}

async function* walk(folder: string): AsyncGenerator<FileVersion> {
  const entries = await readdir(folder, { withFileTypes: true })
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) yield* walk(path)
    if (!entry.isFile()) continue
    const { size, mtimeMs } = await lstat(path)
    yield { path, bytes: size, changedAt: Math.floor(mtimeMs) }
  }
}
