import { existsSync, readFileSync } from 'node:fs'

/** What vitest's JSON report says, as the closing lines need it. A file that did not load counts as one failed test. */
export function readReport(path) {
  if (!existsSync(path)) return { passed: 0, failed: 1, skipped: 0, missing: new Map() }
  const { testResults } = JSON.parse(readFileSync(path, 'utf8'))
  const tests = testResults.flatMap((file) => file.assertionResults)
  const count = (...states) => tests.filter((test) => states.includes(test.status)).length
  const broken = testResults.filter((file) => file.status === 'failed' && !file.assertionResults.some(failed))
  return {
    passed: count('passed'),
    failed: count('failed') + broken.length,
    skipped: count('skipped', 'pending', 'todo', 'disabled'),
    missing: missingServers(tests),
  }
}

const failed = (test) => test.status === 'failed'

/** The servers that could not be had, each with the number of tests skipped for it: describeWith writes it in the title. */
function missingServers(tests) {
  const missing = new Map()
  for (const { ancestorTitles } of tests) {
    const [, server, reason] = ancestorTitles.join(' ').match(/\[no (\w+): (.*?)\]/) ?? []
    if (!server) continue
    const known = missing.get(server) ?? { reason, tests: 0 }
    missing.set(server, { ...known, tests: known.tests + 1 })
  }
  return missing
}
