// npm test: set-up, build, every test of every package with real servers, the conformance table, and the closing line.
// Arguments are passed on to vitest: `npm test -- packages/core`, `npm test -- -t 'rule 2'`.
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readReport } from './lib/report.mjs'
import { root, run } from './lib/run.mjs'
import { setUp } from './lib/setup.mjs'

await setUp()

const directory = mkdtempSync(join(tmpdir(), 'jobs-worker-report-'))
const report = join(directory, 'vitest.json')
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
// In CI a red test is repeated once: what a stalled machine did does not come back, what the code did mostly does. The
// closing lines name both.
const retry = process.env.CI === 'true' ? ['--retry=1'] : []
const code = await run(process.execPath, [
  vitest,
  'run',
  '--typecheck',
  ...reporters,
  ...retry,
  ...process.argv.slice(2),
])

const table = join(root, 'scripts', 'conformance-table.mjs')
const whole = process.argv.length === 2
if (existsSync(report)) await run(process.execPath, [table, report, ...(whole ? ['--write'] : [])])

const { passed, failed, skipped, faults, missing } = readReport(report)
rmSync(directory, { recursive: true, force: true })

console.log()
for (const fault of faults) console.log(fault)
for (const [server, { reason, tests }] of missing) {
  console.log(`${server} could not be had, ${tests} tests skipped for it: ${reason}`)
}
if (code !== 0 && failed === 0) console.log(`vitest ended with exit code ${code}: see the errors above`)
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`)
if (missing.size > 0 && process.env.CI === 'true') process.exit(1)
process.exit(code === 0 && failed > 0 ? 1 : code)
