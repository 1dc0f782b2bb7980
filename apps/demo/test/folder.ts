import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** A folder that is gone after the test. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'jobs-worker-demo-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Small files, with one of everything that is special: empty, twice there, big, behind a link, in a folder below. */
export function smallFolder(files = 40): string {
  const folder = scratchFolder()
  mkdirSync(join(folder, 'below'))
  for (let i = 0; i < files; i++) writeFileSync(join(folder, `file-${i}`), `content of file ${i}\n`.repeat(i + 1))
  writeFileSync(join(folder, 'empty'), '')
  writeFileSync(join(folder, 'below', 'copy-of-7'), 'content of file 7\n'.repeat(8))
  writeFileSync(join(folder, 'below', 'big'), randomBytes(1_500_000))
  symlinkSync(join(folder, 'file-0'), join(folder, 'link'))
  return folder
}

/** Files that take a moment each. */
export function slowFolder(files: number): string {
  const folder = scratchFolder()
  for (let i = 0; i < files; i++) writeFileSync(join(folder, `file-${i}`), randomBytes(200_000))
  return folder
}
