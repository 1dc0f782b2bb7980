// npm run bench: set-up, then the benchmarks, all contestants on Node 24, which the peers need. Arguments are passed on;
// `sync`, `locks` and `schedules` are programs of their own.
import { join } from 'node:path'
import { runOnNode24 } from './lib/node24.mjs'
import { root } from './lib/run.mjs'
import { setUp } from './lib/setup.mjs'

await setUp({ only: '@jobs-worker/benchmarks' })

const [which, ...more] = process.argv.slice(2)
const own = ['sync', 'locks', 'schedules'].includes(which)
const program = own ? [`src/${which}/main.ts`, ...more] : ['src/main.ts', ...process.argv.slice(2)]
const args = ['--import', 'tsx', ...program]
process.exit(await runOnNode24(args, { cwd: join(root, 'benchmarks') }))
