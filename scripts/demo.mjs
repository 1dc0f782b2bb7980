// npm run demo: set-up, then the demo. Arguments are passed on: `npm run demo -- --kill`.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root, run } from './lib/run.mjs'
import { setUp } from './lib/setup.mjs'

await setUp({ only: '@jobs-worker/demo' })

const demo = join(root, 'apps', 'demo')
const { main } = JSON.parse(readFileSync(join(demo, 'package.json'), 'utf8'))
process.exit(await run(process.execPath, [join(demo, main), ...process.argv.slice(2)], { stdin: 'inherit' }))
