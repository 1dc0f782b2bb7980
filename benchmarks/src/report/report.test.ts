import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Contestant } from '../contestant'
import { Results } from '../results'
import type { Workload } from '../workload'
import { table } from './table'
import { targets } from './targets'

const contestant = (name: string, kind: Contestant['kind']) => ({ name, kind, server: 'postgres' }) as Contestant
const ours = contestant('jobs-worker', 'ours')
const peer = contestant('pg-boss', 'peer')
const ceiling = contestant('ceiling', 'bound')

const workload = (name: string, better: 'more' | 'less', metric: string) =>
  ({ name, about: 'about it', metrics: [{ name: metric, unit: 'u', better }] }) as unknown as Workload
const bulk = workload('bulk', 'more', 'rate')
const wake = workload('wake', 'less', 'p50')

let directory: string
let results: Results

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'jobs-worker-bench-'))
  results = new Results(directory)
})

afterEach(async () => {
  await results.close()
  rmSync(directory, { recursive: true })
})

describe('table', () => {
  it('tells medians, and how often ours is better where more is better', () => {
    for (const [round, rate] of [900, 100, 500].entries()) results.add(bulk, peer, round, { rate })
    results.add(bulk, ours, 0, { rate: 1_500 })
    expect(table(bulk, [ours, peer], results)).toContain('| pg-boss     |      500 |               3 x |')
    expect(table(bulk, [ours, peer], results)).toContain('| jobs-worker |    1,500 |                   |')
  })

  it('tells the same where less is better', () => {
    results.add(wake, ours, 0, { p50: 2 })
    results.add(wake, peer, 0, { p50: 5 })
    expect(table(wake, [ours, peer], results)).toContain('2.5 x')
  })

  it('leaves out who was not measured', () => {
    results.add(bulk, ours, 0, { rate: 1 })
    results.failed(bulk, peer, 0, new Error('no'))
    expect(table(bulk, [ours, peer], results)).not.toContain('pg-boss')
  })
})

describe('targets', () => {
  it('judges what was measured, against the best peer and the ceiling, and nothing else', () => {
    results.add(bulk, ours, 0, { rate: 130 })
    results.add(bulk, peer, 0, { rate: 100 })
    results.add(bulk, ceiling, 0, { rate: 1_000 })
    const lines = targets([ours, peer, ceiling], results).split('\n')
    expect(lines).toHaveLength(4)
    expect(lines[2]).toMatch(/bulk enqueue \/ best peer .* 1\.3 +\| +yes/)
    expect(lines[3]).toMatch(/bulk enqueue \/ ceiling .* 0\.13 +\| +NO/)
  })
})

describe('targets of several servers', () => {
  it('compares contestants on the same server only', () => {
    const onRedis = (name: string, kind: Contestant['kind']) => ({ name, kind, server: 'redis' }) as Contestant
    const all = [ours, peer, onRedis('jobs-worker-redis', 'ours'), onRedis('bee-queue', 'peer')]
    const p50 = [4, 1, 3, 2]
    for (const [at, one] of all.entries()) results.add(wake, one, 0, { p50: p50[at] as number })
    const lines = targets(all, results).split('\n')
    expect(lines[2]).toMatch(/PostgreSQL: wake-up p50 .* 4 +\| +NO/)
    expect(lines[3]).toMatch(/Redis: wake-up p50 .* 1\.5 +\| +NO/)
  })
})

describe('targets of MongoDB', () => {
  const onMongo = (name: string, kind: Contestant['kind']) => ({ name, kind, server: 'mongo' }) as Contestant
  const own = onMongo('jobs-worker-mongo', 'ours')
  const bare = onMongo('ceiling-mongo', 'bound')

  it('set a workload of ours against another one of theirs', () => {
    results.add(workload('results', 'more', 'rate'), own, 0, { rate: 300 })
    results.add(workload('drain', 'more', 'rate'), bare, 0, { rate: 1_000 })
    expect(targets([own, bare], results)).toMatch(/results of their own \/ ceiling .* 0\.3 +\| +yes/)
  })

  it('tell what a job costs when something else grows', () => {
    results.add(workload('drain', 'more', 'handled'), own, 0, { handled: 300 })
    results.add(workload('backlog-1m', 'more', 'handled'), own, 0, { handled: 200 })
    expect(targets([own, bare], results)).toMatch(/backlog of 1M \/ of 50k .* 1\.5 +\| +NO/)
  })
})

describe('results', () => {
  it('writes a line for each measurement as it comes', async () => {
    results.add(bulk, ours, 2, { rate: 7 })
    await results.close()
    const [line] = readFileSync(results.path, 'utf8').trim().split('\n')
    expect(JSON.parse(line as string)).toMatchObject({ workload: 'bulk', contestant: 'jobs-worker', round: 2, rate: 7 })
  })
})
