import type { Jobs } from '@jobs-worker/core'
import { claims, claimsTable, killClaim } from './claims'
import { outcomes } from './extras'
import { filesBelow, type Selection } from './files'
import { type Batch, fill } from './fill'
import { count, size } from './format'
import { forget } from './fresh'
import { withJobs } from './jobs'
import { type Interrupted, workWithKill } from './kill'
import { loopDelays } from './loop-delay'
import type { Options } from './options'
import { prove } from './proof'
import { delayTable, duplicatesTable, extrasTable, proofTable, timingTable, totalsTable } from './report'
import { readResults } from './results'
import type { Screen } from './screen'
import { shown } from './stores'
import { timing } from './timing'
import { work } from './work'

/** What a run of the demo needs beside its options. */
export interface Surroundings {
  readonly screen: Screen
  /** The file that a worker process starts from. */
  readonly program: string
  /** Ends the run early; what is not done waits for the next one. */
  readonly stop: AbortSignal
}

/** Runs the demo; answers whether all that it says of its result is so. */
export async function demo(options: Options, around: Surroundings): Promise<boolean> {
  const selection = await select(options, around.screen)
  around.screen.say(`Store: ${shown(options.store)}`)
  if (options.fresh) await forget(options.store)
  return options.kill ? inTwoProcesses(options, selection, around) : inThisProcess(options, selection, around)
}

async function select({ dir, bounds }: Options, { say }: Screen): Promise<Selection> {
  const selection = await filesBelow(dir, bounds)
  const { files, bytes, bounded } = selection
  const more = bounded ? ' (there are more: --all takes them too)' : ''
  say(`Files: ${count(files.length)} below ${dir}, ${size(bytes)}${more}`)
  return selection
}

function inThisProcess({ store, dir }: Options, { files }: Selection, { screen, stop }: Surroundings) {
  return withJobs(store, async (jobs) => {
    const batch = await enqueue(jobs, files, screen)
    const bar = screen.bar(batch.files.length)
    await work(jobs, bar.show, stop).finally(bar.end)
    if (!stop.aborted) return report(jobs, { dir, files, batch }, screen)
    screen.say('Stopped. Run the demo again: it goes on where it was.')
    return false
  })
}

async function inTwoProcesses({ store, dir }: Options, { files }: Selection, { screen, program }: Surroundings) {
  const batch = await withJobs(store, (jobs) => enqueue(jobs, files, screen))
  const interrupted = await workWithKill(program, store, batch.files.length, screen)
  return withJobs(store, (jobs) => report(jobs, { dir, files, batch, interrupted }, screen))
}

async function enqueue(jobs: Jobs, files: Selection['files'], { say }: Screen): Promise<Batch> {
  say('Enqueuing them ...')
  const began = performance.now()
  const batch = await fill(jobs, files)
  const took = performance.now() - began
  if (batch.before > 0) say(`Done before, and unchanged: ${count(batch.before)} files`)
  if (batch.waiting > 0) say(`Waiting since an earlier run: ${count(batch.waiting)} files`)
  say(`Enqueued: ${count(batch.files.length - batch.waiting)} files in ${count(took)} ms`)
  return batch
}

interface Run {
  readonly dir: string
  readonly files: Selection['files']
  readonly batch: Batch
  readonly interrupted?: Interrupted
}

/** All that it tells was read back from the store. */
async function report(jobs: Jobs, { dir, files, batch, interrupted }: Run, { say }: Screen): Promise<boolean> {
  const results = await readResults(jobs, files)
  const extras = await outcomes(jobs, batch.extras)
  const mine = new Set(batch.files.map(({ id }) => id))
  const speed = timing([...results.completed.values()].filter(({ id }) => mine.has(id)))
  say(duplicatesTable(results, dir))
  say(totalsTable(results))
  if (speed !== null) say(timingTable(speed))
  say(extrasTable(extras))
  say(delayTable(await loopDelays(files.filter(({ path }) => results.completed.has(path)))))
  const proof = prove(files, results)
  say(proofTable(proof))
  const said = claims(proof, results, extras)
  if (interrupted !== undefined) said.push(killClaim(interrupted, results))
  say(claimsTable(said))
  return said.every(({ holds }) => holds)
}
