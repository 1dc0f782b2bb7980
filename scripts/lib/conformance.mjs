const BLOCK = /^conformance: (.*?)(?: \[no \w+: .*\])?$/

/** The rules of DESIGN by number, as headings of the table. */
const RULES = {
  0: 'The port',
  1: 'Delivery and fencing',
  2: 'Order, delays, prefetch',
  3: 'Shutdown, death, takeover',
  4: 'Errors, progress, meta',
  5: 'Failure and retries',
  6: 'Postponing',
  7: 'Unique jobs',
  8: 'Cancelling',
  9: 'Timeouts and aborts',
  10: 'Pausing',
  11: 'Locks',
  12: 'Jobs with locks',
  13: 'Schedules',
  14: 'Transactions',
  15: 'Nothing is lost',
  16: 'Bad input',
  17: 'Counts and retention',
  18: 'Lists and admin',
  19: 'Lanes: only tasks it has',
  20: 'Results, events, admin by id',
}

/** What a report says of the suite: the stores in order, and per test title its state per store. */
export function readConformance({ testResults }) {
  const tests = new Map()
  const stores = new Set()
  let missing = false
  for (const { ancestorTitles, title, status } of testResults.flatMap((file) => file.assertionResults)) {
    const block = ancestorTitles.map((name) => BLOCK.exec(name)).find(Boolean)
    if (!block) continue
    missing ||= block[0] !== `conformance: ${block[1]}`
    stores.add(block[1])
    if (!tests.has(title)) tests.set(title, new Map())
    tests.get(title).set(block[1], status === 'passed' || status === 'failed' ? status : 'skipped')
  }
  const sorted = [...tests].sort(([a], [b]) => byNumber(a, b))
  return { stores: [...stores].sort(), tests: new Map(sorted), missing }
}

const numbers = (title) => /^(\d+)\.(\d+)/.exec(title)?.slice(1).map(Number) ?? [99, 0]

function byNumber(a, b) {
  const [x, y] = [numbers(a), numbers(b)]
  return x[0] - y[0] || x[1] - y[1] || (a < b ? -1 : 1)
}

const MARKS = { passed: 'yes', failed: 'FAILED', skipped: 'not run' }
/** Where a test does not exist for a store: it has no processes, no transactions, ... to test. */
const mark = (state) => MARKS[state] ?? '-'

const ruleOf = (title) => numbers(title)[0]

function byRule(tests) {
  const rules = new Map()
  for (const [title, states] of tests) {
    const rule = ruleOf(title)
    if (!rules.has(rule)) rules.set(rule, [])
    rules.get(rule).push([title, states])
  }
  return [...rules]
}

const heading = (rule) => `${rule}. ${RULES[rule] ?? 'Other'}`

/** Every behaviour, as text. */
export function behaviours({ stores, tests }) {
  const rows = [['conformance', ...stores]]
  for (const [rule, list] of byRule(tests)) {
    rows.push([heading(rule)])
    for (const [title, states] of list)
      rows.push([`  ${shortened(title)}`, ...stores.map((name) => mark(states.get(name)))])
  }
  return columns(rows)
}

const shortened = (title) => (title.length > 100 ? `${title.slice(0, 97)}...` : title)

/** Passed tests over all tests, rule by rule, as text. */
export function summary({ stores, tests }) {
  const count = (list, name) => {
    const states = list.map(([, all]) => all.get(name)).filter(Boolean)
    return states.length === 0 ? '-' : `${states.filter((state) => state === 'passed').length}/${states.length}`
  }
  const rows = [['rule', ...stores]]
  for (const [rule, list] of byRule(tests)) rows.push([heading(rule), ...stores.map((name) => count(list, name))])
  rows.push(['all', ...stores.map((name) => count([...tests], name))])
  return columns(rows)
}

function columns(rows) {
  const table = rows.filter((row) => row.length > 1)
  const widths = table[0].map((_, n) => Math.max(...table.map((row) => row[n].length)))
  return rows
    .map((row) =>
      row
        .map((cell, n) => cell.padEnd(row.length > 1 ? widths[n] : 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** docs/conformance.md */
export function markdown({ stores, tests }) {
  const lines = [
    '# Conformance',
    '',
    'What every store does the same way. Made by `npm test` from its own results; do not edit. One suite',
    '(`@jobs-worker/store-conformance`) runs against each store; the number of a test is that of its rule. A dash: the store',
    'has nothing there to test (no transactions, no second process, no raw access).',
  ]
  for (const [rule, list] of byRule(tests)) {
    lines.push(
      '',
      `## ${heading(rule)}`,
      '',
      `| behaviour | ${stores.join(' | ')} |`,
      `|---|${stores.map(() => '---|').join('')}`,
    )
    for (const [title, states] of list) {
      lines.push(`| ${title.replaceAll('|', '\\|')} | ${stores.map((name) => mark(states.get(name))).join(' | ')} |`)
    }
  }
  return `${lines.join('\n')}\n`
}
