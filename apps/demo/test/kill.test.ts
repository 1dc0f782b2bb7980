import { ChildProgram } from '@jobs-worker/test-servers'
import { expect, test } from 'vitest'
import { scratchFolder, slowFolder } from './folder'

const FILES = 300

test('SIGKILL in the middle: a new worker does the rest, nothing is lost or counted twice', {
  timeout: 180_000,
}, async () => {
  const args = ['--kill', '--store', `pglite:${scratchFolder()}`, '--dir', slowFolder(FILES)]
  await using program = new ChildProgram(new URL('../src/main.ts', import.meta.url), { args })
  const { code } = await program.exited
  const text = program.lines.join('\n')
  expect(program.errors).toBe('')
  expect(text).toContain(`yes  the results of ${FILES} files are those of a plain loop`)
  expect(text).toContain(`yes  ${FILES} files have exactly one result, 0 have more`)
  const [, killed, again] = text.match(/yes {2}(\d+) jobs were running when .* killed, (\d+) of them ran again/) ?? []
  expect(Number(killed)).toBeGreaterThan(0)
  expect(again).toBe(killed)
  expect(code).toBe(0)
})
