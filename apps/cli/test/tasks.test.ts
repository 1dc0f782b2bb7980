import { relative } from 'node:path'
import { describe, expect, test } from 'vitest'
import { findTaskFiles } from '../src/tasks/files'
import { loadTasks } from '../src/tasks/load'
import { scratch } from './harness'

/** What `defineTask` makes, in a project with its own copy of core. */
const TASK = (name: string) => `({ name: '${name}', run() {}, settings: {}, isolation: 'inline' })`

async function namesIn(files: Readonly<Record<string, string>>, patterns?: readonly string[]): Promise<string[]> {
  const cwd = scratch(files)
  const tasks = await loadTasks(cwd, await findTaskFiles(cwd, patterns))
  return tasks.map((task) => task.name).sort()
}

describe('which modules', () => {
  const files = {
    'jobs.tasks.mjs': '',
    'tasks/b.js': '',
    'tasks/deep/a.cjs': '',
    'tasks/a.test.js': '',
    'tasks/types.d.ts': '',
    'tasks/node_modules/x/index.js': '',
    'tasks/readme.md': '',
    'other/c.mjs': '',
  }
  const find = async (patterns?: readonly string[]) => {
    const cwd = scratch(files)
    return (await findTaskFiles(cwd, patterns)).map(({ path }) => relative(cwd, path))
  }

  test('jobs.tasks.* and tasks/ are found', async () => {
    expect(await find()).toEqual(['jobs.tasks.mjs', 'tasks/b.js', 'tasks/deep/a.cjs'])
  })

  test('files, folders and globs', async () => {
    expect(await find(['other'])).toEqual(['other/c.mjs'])
    expect(await find(['other/c.mjs', 'tasks'])).toEqual(['other/c.mjs', 'tasks/b.js', 'tasks/deep/a.cjs'])
    expect(await find(['{tasks,other}/*.{js,mjs}'])).toEqual(['other/c.mjs', 'tasks/b.js'])
  })
})

describe('which tasks', () => {
  test('by name, as the default, in lists, and out of CommonJS', async () => {
    const files = {
      'tasks/named.mjs': `export const a = ${TASK('a')}; export const other = 1`,
      'tasks/default.mjs': `export default ${TASK('b')}`,
      'tasks/list.mjs': `export default [${TASK('c')}, ${TASK('d')}]`,
      'tasks/common.cjs': `module.exports = { e: ${TASK('e')} }`,
      'tasks/helper.mjs': 'export const helper = () => 1',
      'tasks/index.mjs': "export * from './named.mjs'",
    }
    expect(await namesIn(files)).toEqual(['a', 'b', 'c', 'd', 'e'])
  })

  test('a file that was named and has none is refused, in a folder it is passed over', async () => {
    const files = { 'tasks/none.mjs': 'export const x = 1' }
    expect(await namesIn(files)).toEqual([])
    await expect(namesIn(files, ['tasks/none.mjs'])).rejects.toThrow(
      'tasks/none.mjs exports no task made by defineTask',
    )
  })

  test('two tasks of one name are refused, naming both files', async () => {
    const files = { 'tasks/a.mjs': `export const x = ${TASK('x')}`, 'tasks/b.mjs': `export const x = ${TASK('x')}` }
    await expect(namesIn(files)).rejects.toThrow('task "x" is defined twice: in tasks/a.mjs and in tasks/b.mjs')
  })

  test('a module that throws is named, with the place', async () => {
    const files = { 'tasks/a.mjs': 'null.boom' }
    await expect(namesIn(files)).rejects.toThrow(
      /^tasks\/a\.mjs cannot be loaded: TypeError: Cannot read.*\n.*a\.mjs:1/s,
    )
  })
})
