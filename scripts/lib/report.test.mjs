import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readReport } from './report.mjs'

let directory
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'jobs-worker-report-test-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

const a = (status, ...ancestorTitles) => ({ status, ancestorTitles })

function report(...testResults) {
  const path = join(directory, 'report.json')
  writeFileSync(path, JSON.stringify({ testResults }))
  return readReport(path)
}

test('counts tests over all files', () => {
  const one = { status: 'passed', assertionResults: [a('passed'), a('skipped'), a('todo')] }
  const two = { status: 'failed', assertionResults: [a('passed'), a('failed')] }
  expect(report(one, two)).toMatchObject({ passed: 2, failed: 1, skipped: 2 })
})

test('a file that did not load is a failed test, and so is a run that left no report', () => {
  expect(report({ status: 'failed', assertionResults: [] })).toMatchObject({ passed: 0, failed: 1 })
  expect(readReport(join(directory, 'nothing.json'))).toMatchObject({ passed: 0, failed: 1 })
})

test('names each server that could not be had, with the tests skipped for it', () => {
  const suite = 'the store on Redis [no redis: redis-server did not get ready]'
  const file = {
    status: 'passed',
    assertionResults: [a('skipped', suite), a('skipped', suite, 'inside'), a('skipped')],
  }
  const { skipped, missing } = report(file)
  expect(skipped).toBe(3)
  expect([...missing]).toEqual([['redis', { reason: 'redis-server did not get ready', tests: 2 }]])
})
