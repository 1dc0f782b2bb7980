import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { InvalidError } from '@jobs-worker/core'
import { expect, test } from 'vitest'
import { forget } from '../src/fresh'
import { parseOptions } from '../src/options'
import { shown } from '../src/stores'
import { scratchFolder } from './folder'

function root(): string {
  const folder = scratchFolder()
  mkdirSync(join(folder, 'node_modules'))
  return folder
}

test('by default: the installed packages, and an embedded store that stays', () => {
  const folder = root()
  expect(parseOptions([], folder)).toMatchObject({
    dir: join(folder, 'node_modules'),
    store: `pglite:${join(folder, '.demo/store')}`,
    fresh: false,
  })
})

test('--kill has a store of its own, emptied first; one that is given is left as it is', () => {
  const folder = root()
  expect(parseOptions(['--kill'], folder)).toMatchObject({ store: `pglite:${join(folder, '.demo/kill')}`, fresh: true })
  expect(parseOptions(['--kill', '--store', 'pglite:/x'], folder)).toMatchObject({ store: 'pglite:/x', fresh: false })
})

test.each([
  ['--store', ['--store', 'sqlite:x']],
  ['--store', ['--store', 'pglite:']],
  ['--limit', ['--limit', '0']],
  ['--limit', ['--limit', '5', '--all']],
  ['--kill', ['--kill', '--store', 'memory:']],
  ['--dir', ['--dir', 'not-there']],
  ['demo', ['--unknown']],
])('a wrong %s is refused: %j', (field, args) => {
  const folder = root()
  expect(() => parseOptions(args, folder)).toThrow(expect.objectContaining({ code: 'JOBS_INVALID', field }))
})

test('--fresh removes no folder that is not a database', async () => {
  const folder = root()
  writeFileSync(join(folder, 'precious'), 'data')
  await expect(forget(`pglite:${folder}`)).rejects.toBeInstanceOf(InvalidError)
})

test('a password in a URL is not shown', () => {
  expect(shown('postgres://me:secret@host/db')).toBe('postgres://***@host/db')
})
