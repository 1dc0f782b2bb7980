import { relative } from 'node:path'
import type { Outcome } from './extras'
import { BIG, BIG_PRIORITY } from './fill'
import { findings, surplus } from './findings'
import { count, percent, seconds, size, table } from './format'
import type { Delay, LoopDelays } from './loop-delay'
import type { Proof } from './proof'
import type { Results } from './results'
import type { Timing } from './timing'

const SHOWN = 10
const PATH_WIDTH = 80

export function duplicatesTable(results: Results, folder: string): string {
  const { duplicates } = findings(results.completed.values())
  const rows = duplicates
    .slice(0, SHOWN)
    .map((one) => [`${count(one.copies)} x`, size(one.bytes), size(surplus(one)), ending(relative(folder, one.path))])
  return table('Largest duplicates (by content)', [['copies', 'each', 'surplus', 'one of them'], ...rows])
}

/** The end of a path tells more than its beginning. */
const ending = (path: string) => (path.length > PATH_WIDTH ? `...${path.slice(3 - PATH_WIDTH)}` : path)

export function totalsTable(results: Results): string {
  const { totals, duplicates } = findings(results.completed.values())
  return table('Totals, read back from the store', [
    ['files measured', count(totals.files)],
    ['files that could not be read', count(results.failed.size)],
    ['bytes', size(totals.bytes)],
    ['gzipped', `${size(totals.gzipped)} (${percent(totals.gzipped, totals.bytes)})`],
    ['contents there more than once', count(duplicates.length)],
    ['surplus copies take', size(duplicates.reduce((sum, one) => sum + surplus(one), 0))],
  ])
}

export function timingTable(timing: Timing): string {
  return table('Speed', [
    ['jobs', count(timing.jobs)],
    ['from first start to last end', seconds(timing.seconds)],
    ['throughput', `${count(timing.jobs / timing.seconds)} jobs/s, ${size(timing.bytes / timing.seconds)}/s`],
    ['a job, start to end', `p50 ${count(timing.p50)} ms, p99 ${count(timing.p99)} ms`],
    ['priorities', `files of ${size(BIG)} and more have priority ${BIG_PRIORITY}: they go first`],
    ...timing.priorities.map(({ priority, jobs, first, last }) => [
      `priority ${priority}`,
      `${count(jobs)} jobs, the first started after ${seconds(first)}, the last after ${seconds(last)}`,
    ]),
  ])
}

export function delayTable({ files, bytes, onTheLoop, inThreads }: LoopDelays): string {
  const row = ({ p50, p99, longest, took }: Delay) => [
    ...[p50, p99, longest].map((ms) => `${ms.toFixed(1)} ms`),
    seconds(took / 1_000),
  ]
  const title = `How late the event loop is while ${count(files)} files (${size(bytes)}) are hashed and compressed`
  return table(title, [
    ['', 'p50', 'p99', 'longest', 'all files took'],
    ['on the event loop itself', ...row(onTheLoop)],
    ['in threads, through runSync', ...row(inThreads)],
  ])
}

export function extrasTable(outcomes: readonly Outcome[]): string {
  return table(
    'What else happened',
    outcomes.map(({ name, story, asExpected }) => [name, `${story}${asExpected ? '' : ' - NOT AS EXPECTED'}`]),
  )
}

export function proofTable(proof: Proof): string {
  const rows = [
    ['as stored', proof.stored],
    ['as the loop finds', proof.found],
    ...proof.differing.slice(0, SHOWN).map((path) => ['different', path]),
    ...(proof.changed.length > 0 ? [['left out', `${count(proof.changed.length)} files changed meanwhile`]] : []),
  ]
  const took = seconds(proof.took / 1_000)
  return table(`One SHA-256 over all paths and digests; a plain loop over the same files took ${took}`, rows)
}
