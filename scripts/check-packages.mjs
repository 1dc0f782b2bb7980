// Packs every package that is published and checks the tarball as its users get it: publint, and attw for the types.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root, run } from './lib/run.mjs'
import { setUp } from './lib/setup.mjs'

await setUp()

const failures = []
for (const folder of published()) {
  console.log(`\n${folder}`)
  await check(folder, 'publint', ['run', '--strict', '--pack', 'pnpm'])
  await check(folder, 'attw', ['--pack', '.', '--format', 'ascii', '--profile', 'node16'])
}
for (const failure of failures) console.log(`failed: ${failure}`)
process.exit(failures.length > 0 ? 1 : 0)

function published() {
  const folders = ['packages', 'apps'].flatMap((parent) =>
    readdirSync(join(root, parent)).map((name) => `${parent}/${name}`),
  )
  return folders.filter((folder) => !JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')).private)
}

async function check(folder, tool, args) {
  const code = await run(tool, args, { cwd: join(root, folder) })
  if (code !== 0) failures.push(`${folder}: ${tool} ended with exit code ${code}`)
}
