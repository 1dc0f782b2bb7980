// The conformance table, store by behaviour, out of vitest's JSON report:
//   node scripts/conformance-table.mjs REPORT [--write]
// --write keeps it in docs/conformance.md too, where the run was whole: every test of the suite passed, no store missing.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { behaviours, markdown, readConformance, summary } from './lib/conformance.mjs'
import { root } from './lib/run.mjs'

const [report, option] = process.argv.slice(2)
const results = readConformance(JSON.parse(readFileSync(report, 'utf8')))
if (results.stores.length > 0) {
  console.log(`\n${behaviours(results)}\n\n${summary(results)}`)
  if (option === '--write') keep()
}

function keep() {
  const bad = [...results.tests.values()]
    .flatMap((states) => [...states.values()])
    .filter((state) => state !== 'passed')
  if (bad.length > 0 || results.missing) {
    console.log('docs/conformance.md stays as it is: it shows whole runs only')
    return
  }
  const page = join(root, 'docs', 'conformance.md')
  const text = markdown(results)
  if (read(page) === text) return
  writeFileSync(page, text)
  console.log('docs/conformance.md was brought up to date')
}

function read(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}
