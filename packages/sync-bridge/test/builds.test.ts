import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { build, type Options } from 'tsup'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import manifest from '../package.json' with { type: 'json' }
import { eventually, isAlive } from './pools'

const run = promisify(execFile)
const here = dirname(fileURLToPath(import.meta.url))
const root = join(here, '../../..')
/** Stands for a user's project: below this package, so that its dependencies are found. */
const project = join(here, '../.builds', String(process.pid))
const installed = join(project, 'node_modules/@jobs-worker/sync-bridge')

const EXPECTED = {
  inline: 3,
  nested: 9,
  imports: 'b',
  loops: 1_000_000,
  hash: '2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881',
  burst: 5_000,
  fill: 64,
  closure: 'JOBS_SYNC_CLOSURE',
  imported: 'JOBS_SYNC_CLOSURE',
  outsideClass: 'JOBS_SYNC_CLOSURE',
  ownClass: 'E_INNER',
  frame: true,
  path: 'result[0].callback',
  timeout: 'JOBS_TIMEOUT',
  exit: 'JOBS_THREAD_EXITED',
  crash: 'JOBS_PROCESS_CRASHED',
  process: '2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881',
  after: 'after',
}

const options = (more: Options): Options => ({
  config: false,
  silent: true,
  clean: true,
  target: 'node20',
  format: ['esm', 'cjs'],
  shims: true,
  dts: false,
  ...more,
})

beforeAll(async () => {
  mkdirSync(installed, { recursive: true })
  writeFileSync(join(installed, 'package.json'), JSON.stringify(manifest))
  cpSync(join(here, '../thread'), join(installed, 'thread'), { recursive: true })
  // The package as it is published, but for core, whose own build need not be there.
  await build(
    options({
      entry: [join(here, '../src/index.ts')],
      outDir: join(installed, 'dist'),
      noExternal: ['@jobs-worker/core'],
      external: Object.keys(manifest.dependencies).filter((name) => name !== '@jobs-worker/core'),
    }),
  )
  const app = { entry: [join(here, 'modules/app.ts')], external: ['@jobs-worker/sync-bridge'] }
  writeFileSync(join(project, 'package.json'), '{ "type": "module" }')
  await build(options({ ...app, outDir: join(project, 'plain') }))
  await build(options({ ...app, outDir: join(project, 'minified'), minify: true }))
  const tasks = { ...app, entry: [join(here, 'modules/task-app.ts')], noExternal: ['@jobs-worker/core'] }
  await build(options({ ...tasks, outDir: join(project, 'tasks'), minify: true }))
  cpSync(join(here, 'modules/app.ts'), join(project, 'source/app.ts'))
}, 120_000)

afterAll(() => rmSync(project, { recursive: true, force: true }))

async function report(...args: string[]): Promise<unknown> {
  const { stdout, stderr } = await run(process.execPath, args, { cwd: root, timeout: 60_000 })
  expect(stderr).toBe('')
  return JSON.parse(stdout)
}

// Each program ends by itself: an idle pool keeps no process alive.
describe(`on Node ${process.version} a program works`, () => {
  test.each([
    ['as TypeScript sources, run by tsx', ['--import', 'tsx', join(here, 'modules/app.ts')]],
    ['as an ESM bundle', ['--max-old-space-size=300', '--expose-gc', join(project, 'plain/app.js')]],
    ['as a CommonJS bundle', [join(project, 'plain/app.cjs')]],
    ['as a minified ESM bundle', [join(project, 'minified/app.js')]],
    ['as a minified CommonJS bundle', [join(project, 'minified/app.cjs')]],
    ['that closes its pool', [join(project, 'plain/app.js'), '--close']],
  ])('%s', async (_what, args) => {
    expect(await report(...args)).toEqual(EXPECTED)
  })

  test.runIf('typescript' in process.features && process.features.typescript)(
    'as TypeScript that Node runs itself',
    async () => {
      expect(await report(join(project, 'source/app.ts'))).toEqual(EXPECTED)
    },
  )

  test.each([
    ['as TypeScript sources, run by tsx', ['--import', 'tsx', join(here, 'modules/task-app.ts')]],
    ['as a minified ESM bundle', [join(project, 'tasks/task-app.js')]],
    ['as a minified CommonJS bundle', [join(project, 'tasks/task-app.cjs')]],
  ])('whose tasks run in threads, %s', async (_what, args) => {
    expect(await report(...args)).toEqual({
      result: { pages: 3, held: ['printer'] },
      progress: { page: 3 },
      meta: { inThread: true },
      state: 'failed',
      error: 'JOBS_TIMEOUT',
    })
  })

  test('given on the command line, with options that no thread takes', async () => {
    const code = `import { runSync } from ${JSON.stringify(pathToFileURL(join(installed, 'dist/index.js')).href)}
      const isolated = runSync.with({ isolate: 'process' })
      console.log(JSON.stringify([await runSync((n) => n + 1, 1), await isolated((n) => n + 2, 1)]))`
    expect(await report('--max-old-space-size=300', '--input-type=module', '-e', code)).toEqual([2, 3])
  })
})

test('a program that is killed leaves no process behind', async () => {
  const code = `import { runSync } from ${JSON.stringify(pathToFileURL(join(installed, 'dist/index.js')).href)}
    const isolated = runSync.with({ isolate: 'process' })
    console.log(await isolated(() => process.pid))
    isolated(() => { for (;;); })`
  const program = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [pid] = (await once(program.stdout, 'data')) as [Buffer]
  expect(isAlive(Number(pid))).toBe(true)
  program.kill('SIGKILL')
  await eventually(() => !isAlive(Number(pid)))
})

test('the package can be linked to from elsewhere', async () => {
  const linked = join(project, 'linked/node_modules/@jobs-worker')
  mkdirSync(linked, { recursive: true })
  symlinkSync(installed, join(linked, 'sync-bridge'))
  const app = join(project, 'linked/app.mjs')
  writeFileSync(
    app,
    `import { runSync } from '@jobs-worker/sync-bridge'
     console.log(await runSync((n) => n + 1, 1))`,
  )
  expect(await report(app)).toBe(2)
})
