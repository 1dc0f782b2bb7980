import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ChildProgram } from '@jobs-worker/test-servers'
import { expect, test } from 'vitest'
import { root } from './lib/run.mjs'

test.each(['README.md', 'docs/locks.md', 'docs/run-sync.md', 'docs/schedules.md', 'packages/sync-bridge/README.md'])(
  'the code in %s is that of docs/examples, which compiles',
  (page) => {
    const text = readFileSync(join(root, page), 'utf8')
    const blocks = [...text.matchAll(/<!-- (\S+) -->\n```ts\n(.*?)\n```/gs)]
    expect(blocks.length).toBe(text.split('```ts').length - 1)
    for (const [, file, code] of blocks) expect(code, file).toBe(readFileSync(join(root, file), 'utf8').trimEnd())
  },
)

test.each([
  ['quick-start.ts', 'Hello, Ada!'],
  ['run-sync.ts', '64'],
  ['run-sync-inline.ts', '1229'],
  ['run-sync-limits.ts', 'JOBS_TIMEOUT', '255 0', 'true SIGSEGV'],
  [
    'schedules.ts',
    '[ 2040-06-01T09:00:00.000Z, 2040-06-04T09:00:00.000Z ]',
    'june nightly party pulse quarter',
    'sales by nightly',
  ],
  ['locks.ts', 'account:7 true', 'account:9 true', "blocked [ 'account:7', 'account:8' ]", 'from 7 to 8', '[]'],
  ['thread-task.ts', '3 pages, in a thread'],
])('%s runs, and ends by itself', async (file, ...output) => {
  const program = new ChildProgram(join(root, 'docs/examples', file))
  expect(await program.exited, program.errors).toEqual({ code: 0, signal: null })
  expect(program.lines).toEqual(output)
})

test.each([
  'README.md',
  'CONTRIBUTING.md',
  'docs/architecture.md',
  'docs/run-sync.md',
  'docs/schedules.md',
  'docs/coming-from.md',
  'docs/locks.md',
  'docs/adr/README.md',
])('%s leads nowhere wrong', (page) => {
  const links = [...readFileSync(join(root, page), 'utf8').matchAll(/\]\(([^)#:]+)\)/g)].map(([, link]) => link)
  const missing = links.filter((link) => !existsSync(join(root, page, '..', link)))
  expect(missing).toEqual([])
})
