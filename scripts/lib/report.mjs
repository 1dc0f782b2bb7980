import { existsSync, readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { root } from './run.mjs'

/** What vitest's JSON report says, as the closing lines need it. A file that did not load counts as one failed test. */
export function readReport(path) {
  if (!existsSync(path)) return { passed: 0, failed: 1, skipped: 0, faults: [], missing: new Map() }
  const { testResults } = JSON.parse(readFileSync(path, 'utf8'))
  const tests = testResults.flatMap((file) => file.assertionResults)
  const count = (...states) => tests.filter((test) => states.includes(test.status)).length
  const broken = testResults.filter((file) => file.status === 'failed' && !file.assertionResults.some(failed))
  return {
    passed: count('passed'),
    failed: count('failed') + broken.length,
    skipped: count('skipped', 'pending', 'todo', 'disabled'),
    faults: [...broken.map(inFile), ...testResults.flatMap(inTests)],
    missing: missingServers(tests),
  }
}

/** What did not load. */
const inFile = ({ name, message }) => `failed: ${relative(root, name)}: ${firstLine(message)}`

/** What failed, or failed first and then passed: both are a fault, of the code or of the test. */
function inTests({ name, assertionResults }) {
  const faulty = assertionResults.filter(({ failureMessages = [] }) => failureMessages.length > 0)
  return faulty.map((test) => {
    const verdict = failed(test) ? 'failed' : 'flaky, passed when repeated'
    return `${verdict}: ${relative(root, name)}: ${test.fullName}: ${firstLine(test.failureMessages[0])}`
  })
}

const firstLine = (text = '') => text.trim().split('\n', 1)[0]

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
