import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ChildProgram } from '@jobs-worker/test-servers'
import { expect, test } from 'vitest'
import { root } from './lib/run.mjs'

const readme = readFileSync(join(root, 'README.md'), 'utf8')

test('the code in the README is that of docs/examples, which compiles', () => {
  const blocks = [...readme.matchAll(/<!-- (\S+) -->\n```ts\n(.*?)\n```/gs)]
  expect(blocks.length).toBe(readme.split('```ts').length - 1)
  for (const [, file, code] of blocks) expect(code, file).toBe(readFileSync(join(root, file), 'utf8').trimEnd())
})

test.each([
  ['quick-start.ts', 'Hello, Ada!'],
  ['run-sync.ts', '64'],
])('%s runs, and ends by itself', async (file, output) => {
  const program = new ChildProgram(join(root, 'docs/examples', file))
  expect(await program.exited, program.errors).toEqual({ code: 0, signal: null })
  expect(program.lines).toEqual([output])
})

test.each(['README.md', 'CONTRIBUTING.md', 'docs/architecture.md', 'docs/adr/README.md'])(
  '%s leads nowhere wrong',
  (page) => {
    const links = [...readFileSync(join(root, page), 'utf8').matchAll(/\]\(([^)#:]+)\)/g)].map(([, link]) => link)
    const missing = links.filter((link) => !existsSync(join(root, page, '..', link)))
    expect(missing).toEqual([])
  },
)
