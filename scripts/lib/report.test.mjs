import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readReport } from './report.mjs'
import { root } from './run.mjs'

let directory
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'jobs-worker-report-test-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

const a = (status, ...ancestorTitles) => ({ status, ancestorTitles })

const inFile = (status, ...assertionResults) => ({
  name: join(root, 'some.test.ts'),
  status,
  message: '',
  assertionResults,
})

function report(...testResults) {
  const path = join(directory, 'report.json')
  writeFileSync(path, JSON.stringify({ testResults }))
  return readReport(path)
}

test('counts tests over all files', () => {
  const one = inFile('passed', a('passed'), a('skipped'), a('todo'))
  const two = inFile('failed', a('passed'), a('failed'))
  expect(report(one, two)).toMatchObject({ passed: 2, failed: 1, skipped: 2 })
})

test('a file that did not load is a failed test, and so is a run that left no report', () => {
  expect(report(inFile('failed'))).toMatchObject({ passed: 0, failed: 1 })
  expect(readReport(join(directory, 'nothing.json'))).toMatchObject({ passed: 0, failed: 1 })
})

test('names what failed, what failed only at the first try, and what did not load', () => {
  const tests = [
    { ...a('passed'), fullName: 'good', failureMessages: [] },
    { ...a('passed'), fullName: 'now and then', failureMessages: ['Error: late\n    at line 1'] },
    { ...a('failed'), fullName: 'bad', failureMessages: ['Error: wrong', 'Error: wrong again'] },
  ]
  const broken = { ...inFile('failed'), message: 'SyntaxError: here\nand there' }
  expect(report(inFile('failed', ...tests), broken).faults).toEqual([
    'failed: some.test.ts: SyntaxError: here',
    'flaky, passed when repeated: some.test.ts: now and then: Error: late',
    'failed: some.test.ts: bad: Error: wrong',
  ])
})

test('names each server that could not be had, with the tests skipped for it', () => {
  const suite = 'the store on Redis [no redis: redis-server did not get ready]'
  const file = inFile('passed', a('skipped', suite), a('skipped', suite, 'inside'), a('skipped'))
  const { skipped, missing } = report(file)
  expect(skipped).toBe(3)
  expect([...missing]).toEqual([['redis', { reason: 'redis-server did not get ready', tests: 2 }]])
})
