import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { scratch } from './harness'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const BINARIES = join(ROOT, 'node_modules', '.bin')
const PACKAGES = ['packages/core', 'packages/postgres', 'apps/cli']
/** Packing, and an installation over the network. */
const SLOW = 180_000

const TASKS = `import { defineTask } from '@jobs-worker/core'
enum Greeting { Formal = 'good day' }
export const greet = defineTask({
  name: 'greet',
  queue: 'mail',
  run: (input: { name: string }): string => \`\${Greeting.Formal}, \${input.name}\`,
})
`
const CONFIG = `import { defineConfig } from 'jobs-worker'
export default defineConfig({ store: 'pglite:./store', serve: ['mail'] })
`

/** npm and npx on the Node that runs this, and without what an npm around us has set. */
const { NODE_OPTIONS: _, ...inherited } = process.env
const env = {
  ...Object.fromEntries(Object.entries(inherited).filter(([name]) => !/^(npm_|JOBS_|VITEST|NODE_PATH$)/.test(name))),
  PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
}

async function run(cwd: string, file: string, ...args: string[]): Promise<string> {
  return (await promisify(execFile)(file, args, { cwd, env })).stdout
}

test('packed, installed into an empty folder, and run by npx', { timeout: SLOW }, async () => {
  const tarballs = scratch()
  for (const name of PACKAGES)
    await run(join(ROOT, name), join(BINARIES, 'pnpm'), 'pack', '--pack-destination', tarballs)
  const app = scratch({ 'jobs.tasks.ts': TASKS, 'jobs.config.ts': CONFIG })
  const files = readdirSync(tarballs).map((name) => join(tarballs, name))
  await run(app, 'npm', 'install', '--no-audit', '--no-fund', ...files)

  expect(await run(app, 'npx', 'jobs-worker', '--version')).toMatch(/^\d+\.\d+\.\d+\n$/)
  const id = (await run(app, 'npx', 'jobs-worker', 'enqueue', 'greet', '{"name":"you"}')).trim()

  // A store whose package is not installed.
  await expect(run(app, 'npx', 'jobs-worker', 'jobs', 'list', '--db', 'app')).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining(
      'jobs-worker: a store on mongodb needs the package @jobs-worker/mongo: npm install @jobs-worker/mongo\n',
    ),
  })

  const lines: string[] = []
  const npx = spawn('npx', ['jobs-worker', '--pid', 'W'], { cwd: app, env, stdio: ['ignore', 'pipe', 'inherit'] })
  for await (const line of createInterface({ input: npx.stdout })) {
    lines.push(line.slice(line.indexOf('worker ')))
    // The signal reaches npx alone: the worker drains all the same.
    if (line.includes('processing job')) npx.kill('SIGTERM')
  }
  expect(lines).toEqual(["worker 'W' started", `worker 'W' processing job ${id}`, "worker 'W' stopped"])
  if (npx.exitCode === null && npx.signalCode === null) await once(npx, 'exit')

  // The embedded database is closed a moment after the worker has stopped.
  const show = () => run(app, 'npx', 'jobs-worker', 'jobs', 'show', id, '--json').catch(() => '{}')
  await expect
    .poll(async () => JSON.parse(await show()), { timeout: 30_000 })
    .toMatchObject({
      queue: 'mail',
      state: 'completed',
      result: 'good day, you',
    })
  // In a project whose package.json says nothing of modules, and in one that says it is of ES modules.
  writeFileSync(join(app, 'package.json'), JSON.stringify({ type: 'module' }))
  expect(await run(app, 'npx', 'jobs-worker', 'enqueue', 'greet', '{"name":"me"}')).toMatch(/^[0-9a-f-]{36}\n$/)
})
